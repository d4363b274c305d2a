/** Which paths a deliverable or a check may name: inside its folder, and none that iter writes itself. */
import type { Place } from './check.ts';

/** Files of an iteration folder that are not for agents to deliver. */
const OURS = [
  'readme.md',
  'context.md',
  'completion_criteria.md',
  'multi_agent_plan.md',
  'inter_agent_messages.md',
  'integration_report.md',
  'orchestration_log.md',
  'workflow.lock.yaml',
  'manifest.json',
];

/** What is wrong with the path as one to read, or undefined. */
export function pathFault(path: string): string | undefined {
  if (path.trim() === '') return 'is empty';
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path)) return 'is absolute';
  if (path.includes('\\')) return 'holds a backslash';
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(path)) return 'holds a control character';
  const parts = path.split('/');
  if (parts.includes('..')) return 'leaves its folder with ".."';
  if (parts.includes('.') || parts.includes('')) return 'is not written the short way';
  return undefined;
}

/** What is wrong with the path as one to deliver, or undefined. */
export function deliveryFault(path: string, place: Place): string | undefined {
  const fault = pathFault(path);
  if (fault !== undefined) return fault;
  const first = path.split('/')[0]?.toLowerCase();
  if (place === 'repository') return first === '.git' ? 'is inside .git' : undefined;
  const reserved = first === '.run' || first === 'agent-prompts' || OURS.includes(path.toLowerCase());
  return reserved ? 'is written by iter itself' : undefined;
}

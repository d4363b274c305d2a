import { describe, expect, it } from 'vitest';
import { blockerIn, blockerText, planBlockers } from '../../src/files/blocker-text.ts';
import type { Message } from '../../src/files/messages.ts';

const message = (text: string, priority?: Message['priority']): Message => ({
  from: 'builder-1',
  to: 'Orchestrator',
  type: 'Blocker',
  timestamp: '2026-01-10T12:00:00Z',
  status: 'Sent',
  ...(priority === undefined ? {} : { priority }),
  text,
});

const BLOCK = `### T2 - builder-oauth-001 - 2026-01-10 14:30
**Severity:** High
**Blocker Type:** Decision
**Description:** No client secret.
It is unclear which provider.
**Required Resolution:** a decision
**Escalation:** Yes - business decision required
`;
const plan = (...blocks: readonly string[]): string =>
  `# Plan\n\n${BLOCK.replace('T2', 'T7')}\n## 8. Notes and Blockers\n\nA note.\n\n### Example\n\n\`\`\`markdown\n${BLOCK}\`\`\`\n\n${blocks.join('\n')}\n## 9. Rest\n\n${BLOCK.replace('T2', 'T8')}`;

describe('a blocker in a message', () => {
  it('comes back as it was written', () => {
    const words = { severity: 'critical', kind: 'Resource', text: 'no key\nfor the service', needed: 'a key', escalate: true } as const;
    expect(blockerIn(message(blockerText(words)))).toEqual({ value: words });
  });

  it('may be plain words: then the priority is its severity', () => {
    expect(blockerIn(message('the schema is missing', 'High'))).toEqual({
      value: { severity: 'high', kind: 'Technical', text: 'the schema is missing', needed: '', escalate: false },
    });
  });

  it('with words nobody knows is refused with each of them', () => {
    const read = blockerIn(message('**Severity:** Hihg\n**Blocker Type:** Weather'));
    expect('problems' in read ? read.problems.map((problem) => `${problem.what}; ${problem.fix}`) : []).toEqual([
      'unknown severity "Hihg"; did you mean "high"?',
      'unknown blocker type "Weather"; use one of Dependency, Decision, Technical, Resource',
      'the blocker says not what stands in the way; add a line "**Description:** ..."',
    ]);
  });
});

describe('a blocker in section 8 of the plan', () => {
  it('is read there and nowhere else, examples in fences left out', () => {
    const { blockers, malformed } = planBlockers(plan(BLOCK), 'PLAN.md');
    expect(malformed).toEqual([]);
    expect(blockers.map(({ id: _id, ...rest }) => rest)).toEqual([
      {
        task: 'T2',
        by: 'builder-oauth-001',
        severity: 'high',
        kind: 'Decision',
        text: 'No client secret.\nIt is unclear which provider.',
        needed: 'a decision',
        escalate: true,
      },
    ]);
  });

  it('keeps its id when a resolution is added, and says it', () => {
    const open = planBlockers(plan(BLOCK), 'PLAN.md').blockers[0];
    const closed = planBlockers(plan(`${BLOCK}**Resolution:** 15:00 - both\n`), 'PLAN.md').blockers[0];
    expect(open?.how).toBeUndefined();
    expect(closed).toMatchObject({ id: open?.id, how: '15:00 - both' });
  });

  it('that breaks the form is told apart with its line, and the next one counts', () => {
    const { blockers, malformed } = planBlockers(plan(BLOCK.replace('High', 'Huge'), BLOCK), 'PLAN.md');
    expect(blockers.length).toBe(1);
    expect(malformed.flatMap((one) => one.problems.map((problem) => problem.what))).toEqual(['unknown severity "Huge"']);
    expect(malformed[0]?.problems[0]?.line).toBeGreaterThan(10);
  });
});

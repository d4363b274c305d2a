/** The first line: which iteration, how it stands, how far it is, for how long. Also the whole screen of a tiny terminal. */
import { Box } from 'ink';
import type { ReactElement } from 'react';
import { oneLine } from '../core/visible.ts';
import type { Snapshot } from '../core/view.ts';
import { Tone } from './tone.tsx';
import type { Picture } from './use-picture.ts';
import { acceptedText, elapsedText, isAccepted, statusText } from './wording.ts';

export function Header({ picture, width }: { readonly picture: Picture; readonly width: number }): ReactElement {
  const { snapshot, now } = picture;
  const facts = [
    conflictText(snapshot),
    spentText(snapshot),
    statusText(snapshot),
    acceptedText(snapshot),
    elapsedText(snapshot, now),
  ].filter((fact) => fact !== '');
  const right = facts.join('   ');
  const left = Math.max(0, width - right.length - 3);
  return (
    <Box width={width} height={1} flexShrink={0} overflow="hidden">
      <Box width={left} flexShrink={0}>
        <Tone meaning="strong">{oneLine(snapshot.iteration)}</Tone>
      </Box>
      <Box width={3} flexShrink={0} />
      <Tone>{right}</Tone>
    </Box>
  );
}

/** `64 % of 5 USD`: the budget that is used most, from a half on; without budgets what was used. */
function spentText({ budgets, used }: Snapshot): string {
  const [most] = budgets.toSorted((a, b) => b.used / b.limit - a.used / a.limit);
  if (most === undefined) return used.usd === undefined ? '' : `${used.usd.toFixed(2)} USD`;
  return most.used * 2 < most.limit ? '' : most.text;
}

/** `T2×T3 conflict`: what would not go together; the paths are in iter status. */
function conflictText({ foreseen }: Snapshot): string {
  const [first, ...more] = foreseen;
  if (first === undefined) return '';
  return `${first.a}×${first.b}${more.length === 0 ? '' : ` and ${more.length} more`} conflict`;
}

/** What still fits when nothing else does; the most pressing facts come first. */
export function Summary({ snapshot, width }: { readonly snapshot: Snapshot; readonly width: number }): ReactElement {
  const asking = snapshot.decisions.length === 0 ? '' : `, ${snapshot.decisions.length} need you`;
  const accepted = snapshot.tasks.filter(isAccepted).length;
  return (
    <Box width={width} height={1} overflow="hidden">
      <Tone>{`${accepted}/${snapshot.tasks.length} accepted${asking}, ${statusText(snapshot)}: ${oneLine(snapshot.iteration)}`}</Tone>
    </Box>
  );
}

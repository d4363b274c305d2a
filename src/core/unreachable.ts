/** Ends a `switch` over a union: a member that is not handled is a type error, and a crash if it gets here all the same. */
export function unreachable(value: never): never {
  throw new Error(`unhandled case: ${JSON.stringify(value)}`);
}

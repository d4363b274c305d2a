/** Waits for a thing to become true instead of sleeping; says what it saw last when it never does. */
export async function until<Value>(look: () => Value | Promise<Value>, wanted: (value: Value) => boolean, limit = 30_000): Promise<Value> {
  const end = Date.now() + limit;
  for (;;) {
    const value = await look();
    if (wanted(value)) return value;
    if (Date.now() > end) throw new Error(`not true after ${limit} ms; last seen:\n${String(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** How much processor time something takes: unlike the time on the clock, nearly the same whatever else the machine does. */

/** Seconds of processor time of this process while `work` runs. */
export function processorSeconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000_000;
}

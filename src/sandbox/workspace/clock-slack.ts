/** How much older than this machine's clock says a change may look: file systems keep a coarser clock, `ns`. */
export const clockSlackNs = 2_000_000_000n;

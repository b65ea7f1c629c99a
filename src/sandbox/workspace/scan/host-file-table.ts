import { hostFileRows } from "./host-files/host-files.ts";
import { createMarkTable } from "./mark-table.ts";

/** The table of all rows; loaded when a scan begins, as nothing else needs thousands of names. */
export const hostFileTable = createMarkTable(hostFileRows);

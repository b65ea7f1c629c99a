/** Where the sandbox finds what vaultbox tells it, read-only. */
export const infoDirectory = "/run/vaultbox";

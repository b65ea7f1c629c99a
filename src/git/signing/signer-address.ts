// Where the session's signer is, and how it is spoken to: what the sandbox's program and the handler both know.

/** Where the sandbox's git asks for signatures; no resolver knows it, and nothing is dialled for it. */
export const signingHost = "signing.vaultbox.internal";
/** `POST`: an object's bytes in, its signature out. */
export const signingPath = "/sign";
/** `POST`: commits in, which show what else was in the repository at launch (`KnownHistory.learn`). */
export const historyPath = "/history";
/**
 * A request with this header has every answer as a success with text, for clients that show no other (busybox's wget).
 * `first` doesn't ask the upstream yet: the answer names what isn't known, and the client may show where it comes from.
 */
export const plainAnswerHeader = "Vaultbox-Plain-Answer";
/** Begins the answer to `first`, before the ids that aren't known */
export const unknownMark = "vaultbox-unknown:";

/** Every limit of the proxy in one place, but for those of HTTP/1 (`http/http1/http1-limits.ts`); docs/limitations.md lists them. Times in milliseconds, sizes in bytes. */
export const proxyLimits = {
  /** Request line and headers together; a common server default is 8–64 KiB */
  requestHeadBytes: 64 * 1024,
  responseHeadBytes: 256 * 1024,
  /** Interim responses (1xx) to one request */
  interimResponses: 32,
  /** Connections from one sandbox at a time */
  clientConnections: 2048,
  /** Memory of what is held back for clients (`HeldBytes`) */
  heldBytes: 256 * 1024 * 1024,
  /** Longest body of a request whose credential signs it, which is read whole before anything is sent */
  signedBodyBytes: 32 * 1024 * 1024,
  /** How long a request waits for room in it */
  heldBytesWaitMs: 30_000,
  /** Bytes that one socket reads ahead of whoever takes them, and all sockets of a session together */
  socketReadAheadBytes: 256 * 1024,
  readAheadBytes: 32 * 1024 * 1024,
  /** Bytes of a body that wait for a reader before its sender is paused; what waits counts in `readAheadBytes` */
  unsentBytes: 256 * 1024,
  /** From the accept to the first byte, and between two requests */
  clientIdleMs: 120_000,
  /** Tunnels that are open only to say why they are refused: at one time, at once, and for each second from then on */
  refusedTunnels: 64,
  refusedTunnelBurst: 128,
  refusedTunnelsPerSecond: 32,
  /** What such a tunnel gets in all, and how much of a body is read so that the answer isn't lost to a reset */
  refusedTunnelMs: 30_000,
  refusedTunnelBytes: 16 * 1024 * 1024,
  /** From the first byte of a head to its last (slow senders) */
  requestHeadMs: 30_000,
  tlsHandshakeMs: 15_000,
  /** How long a peer may take nothing of what is written to it, client or upstream */
  writeIdleMs: 5 * 60_000,
  /** How long a closing connection's late bytes are read, so that the last answer isn't lost to a reset */
  lingerMs: 2_000,
  /** How long the vault may take to hand out a secret; its owner may have to unlock a keychain */
  revealMs: 60_000,
  /** What a websocket gets for its close handshake once one side has ended */
  closeHandshakeMs: 2_000,
  /** What requests under way get to write their outcome when the session ends */
  drainOutcomesMs: 2_000,
  /** Longest silence in a request body */
  requestBodyIdleMs: 120_000,
  /** From the end of the request to the head of the response: a model may think for minutes */
  responseHeadMs: 15 * 60_000,
  /** Longest silence in a response body: an event stream may be quiet for minutes */
  responseBodyIdleMs: 15 * 60_000,
  /** Wait for `100 Continue` before the body is sent anyway (RFC 9110, section 10.1.1) */
  continueMs: 1_000,
  webSocketIdleMs: 60 * 60_000,
  /** Idle upstream connections kept for reuse: in all, and how long each */
  idleUpstreams: 64,
  idleUpstreamMs: 15_000,
  /** A request that can't be repeated only goes on a connection that was used this recently */
  idleForUnsafeMs: 2_000,
} as const;

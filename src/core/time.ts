/**
 * Instants and spans, as plain numbers. The core is told the time; it never asks.
 */

/** Milliseconds since the Unix epoch. */
export type Instant = number

/** A span in milliseconds. */
export type Ms = number

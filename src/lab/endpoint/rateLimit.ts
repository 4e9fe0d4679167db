// So many calls in any one second, and no more. Counts only what it lets through.

/** Whether one more call is within the limit now. */
export function createRateLimit(now: () => number, perSecond: () => number): () => boolean {
  let passed: number[] = []
  return () => {
    const at = now()
    passed = passed.filter((one) => one > at - 1000)
    if (passed.length >= perSecond()) return false
    passed.push(at)
    return true
  }
}

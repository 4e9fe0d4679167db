/** The observers that there are. Whoever composes the daemon chooses here; everybody else knows only the port. */
export type { Observer } from './observer.ts'
export { cloudwatchObserver } from './cloudwatch/cloudwatch.ts'
export { memoryObserver, type MemoryObserver } from './memory.ts'
export type { AlarmSource } from './alarms.ts'
export { cloudwatchAlarms } from './cloudwatch/alarms.ts'

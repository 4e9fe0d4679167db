/**
 * The thread that builds the page once, so that no decision waits for it.
 */
import { parentPort } from 'node:worker_threads'
import { buildPage } from './build.ts'

parentPort?.postMessage(await buildPage())

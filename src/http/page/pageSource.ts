/**
 * The built page, built when it is first asked for and then kept. A build that fails is told to whoever asked, and tried again
 * by the next.
 */
import { Worker } from 'node:worker_threads'
import type { Page } from './build.ts'

export interface PageSource {
  page(): Promise<Page>
  /** Ends a build that is under way; whoever waits for it is told so. */
  close(): Promise<void>
}

export function makePageSource(): PageSource {
  let built: Promise<Page> | null = null
  let worker: Worker | null = null

  const build = async (): Promise<Page> => {
    // Stripping types is experimental by its name only: the daemon itself is run that way.
    const thread = new Worker(new URL('./worker.ts', import.meta.url), {
      execArgv: ['--disable-warning=ExperimentalWarning']
    })
    worker = thread
    try {
      return await new Promise<Page>((resolve, reject) => {
        thread.once('message', resolve)
        thread.once('error', reject)
        thread.once('exit', () => reject(new Error('the page was not built')))
      })
    } catch (err) {
      built = null
      throw err
    } finally {
      worker = null
      await thread.terminate()
    }
  }

  return {
    page: () => (built ??= build()),
    close: async () => {
      await worker?.terminate()
    }
  }
}

/**
 * A real Chromium, where there is one; and a page in it that is watched: every request, every complaint on the console.
 */
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import type { Test } from 'tap'

/** Where Debian's `chromium` is; null where it is not. */
export const CHROMIUM = findChromium()

/** For tests: why this part does not run here, by name; false where it does. */
export const NO_BROWSER = CHROMIUM === null ? 'the browser tests did not run: there is no chromium on the PATH' : false

const ARGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync'
]

function findChromium(): string | null {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const file = join(folder, 'chromium')
    try {
      accessSync(file, constants.X_OK)
      return file
    } catch {
      continue
    }
  }
  return null
}

export async function launch(): Promise<Browser> {
  if (CHROMIUM === null) throw new Error('there is no chromium on the PATH')
  return chromium.launch({ executablePath: CHROMIUM, args: ARGS, timeout: 60_000 })
}

export interface Watched {
  readonly page: Page
  /** What the console complained about, and what threw. */
  readonly complaints: string[]
  /** Requests to anybody but the daemon. */
  readonly foreign: string[]
  readonly requests: string[]
}

/** A page of its own context; `expected` are complaints that belong to what is tested. */
export async function openPage(
  browser: Browser,
  origin: string,
  options: BrowserContextOptions = {},
  expected: RegExp = /^$/
): Promise<Watched> {
  const context = await browser.newContext({ timezoneId: 'UTC', locale: 'en-GB', ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(120_000)
  const complaints: string[] = []
  const foreign: string[] = []
  const requests: string[] = []
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()) && !expected.test(message.text())) complaints.push(message.text())
  })
  page.on('pageerror', (err) => complaints.push(String(err)))
  page.on('request', (request) => {
    requests.push(request.url())
    if (!request.url().startsWith(origin) && !request.url().startsWith('data:')) foreign.push(request.url())
  })
  return { page, complaints, foreign, requests }
}

/** Nothing left the origin, and the console is silent. */
export async function assertQuiet(t: Test, { page, complaints, foreign, requests }: Watched): Promise<void> {
  t.strictSame(complaints, [], 'no complaint on the console')
  t.strictSame(foreign, [], 'no request leaves the origin')
  t.ok(requests.length > 0, 'requests were seen')
  await page.context().close()
}

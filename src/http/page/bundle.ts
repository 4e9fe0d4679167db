/**
 * The page as a browser gets it: TypeScript with its types stripped, the libraries as they were published, nothing bundled.
 * Only what `main.ts` imports is served, so that nothing else of the source can be asked for.
 */
import { readFile } from 'node:fs/promises'
import { stripTypeScriptTypes } from 'node:module'
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'

/** One file by its path below `/assets/VERSION/`. */
export interface Source {
  readonly path: string
  readonly type: string
  readonly text: string
}

const SRC = new URL('../../', import.meta.url)
const JAVASCRIPT = 'text/javascript; charset=utf-8'
const STYLE = 'text/css; charset=utf-8'

/** Bare names that the page imports, and the published file that each is. */
const LIBRARIES: Readonly<Record<string, string>> = {
  preact: 'preact',
  'preact/hooks': 'preact/hooks',
  htm: 'htm',
  'htm/preact': 'htm/preact'
}

/** `main.ts`, everything that it imports, the libraries and the styles. */
export async function sourcesOf(): Promise<readonly Source[]> {
  const [modules, libraries, styles] = await Promise.all([modulesFrom('page/main.ts'), allLibraries(), allStyles()])
  return [...modules, ...libraries, ...styles]
}

/** What the import map says, below `base`. */
export function importMap(base: string): string {
  const names = [...Object.keys(LIBRARIES), 'uplot']
  return JSON.stringify({ imports: Object.fromEntries(names.map((name) => [name, `${base}${libraryPath(name)}`])) })
}

/** The document of the page, with `{{NAME}}` where something is put in. */
export async function documentTemplate(): Promise<string> {
  return readFile(new URL('page/index.html', SRC), 'utf8')
}

function libraryPath(name: string): string {
  return `lib/${name.replace('/', '-')}.js`
}

/** Types are stripped first: what is imported for its type alone is not there any more, and is not followed. */
async function modulesFrom(entry: string): Promise<readonly Source[]> {
  const found = new Map<string, Source>()
  const follow = async (path: string): Promise<void> => {
    if (found.has(path)) return
    found.set(path, { path, type: JAVASCRIPT, text: '' })
    const text = slim(stripTypeScriptTypes(await readFile(new URL(path, SRC), 'utf8'), { mode: 'strip' }))
    found.set(path, { path, type: JAVASCRIPT, text })
    for (const target of importsOf(text)) await follow(posix.join(posix.dirname(path), target))
  }
  await follow(entry)
  return [...found.values()]
}

function importsOf(text: string): readonly string[] {
  return [...text.matchAll(/^(?:import|export)\b[^'"]*['"](\.[^'"]+)['"]/gm)].map(([, target = '']) => target)
}

/** Without the blanks that types leave at the ends of lines, and without the comment that opens a file. */
function slim(text: string): string {
  return text.replace(/^\s*\/\*\*[\s\S]*?\*\/\s*/, '').replace(/[ \t]+$/gm, '')
}

async function allLibraries(): Promise<readonly Source[]> {
  const plain = Object.entries(LIBRARIES).map(async ([name, specifier]): Promise<Source> => ({
    path: libraryPath(name),
    type: JAVASCRIPT,
    text: unmapped(await readFile(fileURLToPath(import.meta.resolve(specifier)), 'utf8'))
  }))
  // Minified, uPlot is published as a script only; as a module it needs but a name.
  const script = await readFile(besideUplot('uPlot.iife.min.js'), 'utf8')
  const uplot = { path: libraryPath('uplot'), type: JAVASCRIPT, text: `${script}\nexport default uPlot\n` }
  return [...(await Promise.all(plain)), uplot]
}

async function allStyles(): Promise<readonly Source[]> {
  const [page, uplot] = await Promise.all([
    readFile(new URL('page/page.css', SRC), 'utf8'),
    readFile(besideUplot('uPlot.min.css'), 'utf8')
  ])
  return [
    { path: 'page/page.css', type: STYLE, text: page },
    { path: 'lib/uplot.css', type: STYLE, text: uplot }
  ]
}

function besideUplot(name: string): URL {
  return new URL(name, import.meta.resolve('uplot'))
}

/** Source maps are not served. */
function unmapped(text: string): string {
  return text.replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n')
}

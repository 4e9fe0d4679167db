/**
 * Dark or light: as the system wants it, or as was chosen here.
 */
import { makeStore } from './store.ts'

const KEY = 'sluice-theme'
export const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

function held(): Theme {
  const text = localStorage.getItem(KEY)
  return THEMES.find((theme) => theme === text) ?? 'system'
}

export const theme = makeStore<Theme>(held())
const dark = matchMedia('(prefers-color-scheme: dark)')
/** Grows with each change of colours: graphs are drawn anew. */
export const colours = makeStore(0)

function apply(): void {
  const choice = theme.get()
  const isDark = choice === 'system' ? dark.matches : choice === 'dark'
  document.documentElement.dataset['theme'] = isDark ? 'dark' : 'light'
  colours.set(colours.get() + 1)
}

export function startTheme(): void {
  apply()
  dark.addEventListener('change', apply)
}

export function nextTheme(): void {
  const next = THEMES[(THEMES.indexOf(theme.get()) + 1) % THEMES.length] ?? 'system'
  localStorage.setItem(KEY, next)
  theme.set(next)
  apply()
}

/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/**
 * The page: on-call's face. It shows what the daemon says and sends what people order; it decides nothing.
 */
import { html, render } from 'htm/preact'
import { startAddress } from './state/address.ts'
import { startTheme } from './state/theme.ts'
import { App } from './view/app.ts'

startTheme()
startAddress()
const root = document.getElementById('app')
if (root) {
  root.textContent = ''
  render(html`<${App} />`, root)
}

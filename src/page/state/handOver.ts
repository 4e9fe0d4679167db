/**
 * Gives a text to the person: into the clipboard, or as a file. It opens no document: that would be under this page's policy,
 * which forbids the styles that a report brings along.
 */

/** A browser has read the file long before. */
const FORGET_MS = 60_000

/** False where the browser keeps the clipboard from pages: without TLS, and not on this machine itself. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false
  }
}

/** @param type of the content, without its charset */
export function saveText(name: string, type: string, text: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([text], { type: `${type}; charset=utf-8` }))
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), FORGET_MS)
}

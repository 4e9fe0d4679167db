/**
 * Name, version and description, as the package says them.
 */
import about from '../../package.json' with { type: 'json' }

export const NAME = about.name
export const VERSION = about.version
export const DESCRIPTION = about.description

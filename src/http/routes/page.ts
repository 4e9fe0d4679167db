/**
 * `/`: the page for browsers, the index for everybody else; and the files of the page. None of them needs a token: they are the
 * same for everybody, and what they show is asked of the API.
 */
import { Type } from 'typebox'
import { ShiftError } from '../../errors.ts'
import { preferred } from '../accept.ts'
import { makePageSource } from '../page/pageSource.ts'
import { sendAsset } from '../page/send.ts'
import { json, ref, responses } from '../schemas/common.ts'
import { DESCRIPTION, NAME, VERSION } from '../version.ts'
import type { Routes } from './route.ts'

/** The index that `GET /` answers. */
const LINKS = {
  docs: '/docs',
  openapi: '/openapi.json',
  shifts: '/v1/shifts',
  overview: '/v1/overview',
  policies: '/v1/policies',
  migrations: '/v1/migrations',
  stop: '/v1/stop',
  live: '/livez',
  ready: '/readyz',
  metrics: '/metrics'
}

const open: { [name: string]: string[] }[] = []
const index = json(200, 'Name, version and links; for browsers, the page', ref('Index'))
const schema = {
  operationId: 'index',
  summary: 'What is where; for browsers, the page',
  tags: ['daemon'],
  security: open,
  response: {
    ...responses({ ...index, content: { ...index.content, 'text/html': Type.String() } }, ['invalid_request']),
    304: { description: 'The browser holds the page as it is', type: 'null' }
  }
}

export function pageRoutes(app: Routes): void {
  const source = makePageSource()
  app.addHook('onClose', async () => source.close())

  app.get('/', { schema, config: { access: 'public' } }, async (request, reply) => {
    reply.header('vary', 'accept, accept-encoding')
    if (preferred(request.headers.accept, ['application/json', 'text/html']) !== 'text/html') {
      return { name: NAME, version: VERSION, description: DESCRIPTION, links: LINKS }
    }
    const { document, policy } = await source.page()
    reply.header('content-security-policy', policy).header('cache-control', 'no-cache')
    return sendAsset(request, reply, document)
  })

  app.get(
    '/assets/:version/*',
    {
      schema: { hide: true, params: Type.Object({ version: Type.String(), '*': Type.String() }) },
      config: { access: 'public' }
    },
    async (request, reply) => {
      const { version, '*': path } = request.params
      const page = await source.page()
      const asset = page.files.get(path)
      if (!asset) throw new ShiftError('not_found', `${JSON.stringify(path.slice(0, 200))} is no file of the page`)
      // A document from before an upgrade may ask once more: it gets what there is now, and must not keep it.
      const kept = version === page.version ? 'public, max-age=31536000, immutable' : 'no-cache'
      reply.header('cache-control', kept).header('vary', 'accept-encoding')
      return sendAsset(request, reply, asset)
    }
  )
}

/**
 * Documents for the tests of src/config. In a text, `‸` stands where a problem is expected to be: it is taken out before the
 * text is read, and says line and column.
 */
import { formatProblem, type Place, type Problem } from '../../src/config/problem.ts'

const PREFIX = 'arn:aws:elasticloadbalancing:ap-northeast-1:111122223333'

export const arns = {
  listener: `${PREFIX}:listener/app/shop/50dc6c495c0c9188/f2f7dc8efc522ab2`,
  rule: `${PREFIX}:listener-rule/app/shop/50dc6c495c0c9188/f2f7dc8efc522ab2/9683b2d02a6cabee`,
  old: `${PREFIX}:targetgroup/old/73e2d6bc24d8a067`,
  new: `${PREFIX}:targetgroup/new/ab1e6a2b3c4d5e6f`,
  nlb: `${PREFIX}:listener/net/shop/50dc6c495c0c9188/f2f7dc8efc522ab2`,
  loadBalancer: `${PREFIX}:loadbalancer/app/shop/50dc6c495c0c9188`
} as const

export const elsewhere = (arn: string): string => arn.replace('ap-northeast-1', 'eu-west-1')

const ERRORS = '  - { name: errors, type: errorRate, max: 1%, against: none }'

/** A legal policy; each part can be replaced. */
export function policyText(parts: { head?: string; steps?: string; gates?: string; more?: string } = {}): string {
  return [
    parts.head ?? 'apiVersion: sluice/v1\nkind: Policy\nname: p',
    parts.steps ?? 'steps:\n  - { percent: 10, bake: 10m }\n  - { percent: 100, bake: 10m }',
    parts.gates ?? `gates:\n${ERRORS}`,
    parts.more ?? ''
  ].join('\n')
}

/** A legal migration; each part can be replaced. */
export function migrationText(
  parts: { head?: string; target?: string; old?: string; new?: string; more?: string } = {}
): string {
  return [
    parts.head ?? 'apiVersion: sluice/v1\nkind: Migration\nname: m',
    'routes:',
    '  - name: web',
    '    type: alb',
    `    ${parts.target ?? `listener: ${arns.listener}`}`,
    `    old: ${parts.old ?? `{ targetGroup: ${arns.old} }`}`,
    `    new: ${parts.new ?? `{ targetGroup: ${arns.new} }`}`,
    parts.more ?? ''
  ].join('\n')
}

/** The text without its marks, and where they stood. */
export function marked(text: string): { readonly text: string; readonly places: readonly Place[] } {
  const lines = text.split('\n')
  const places = lines.flatMap((line, i) => {
    const pieces = line.split('‸')
    return pieces.slice(1).map((_, j) => ({ line: i + 1, column: pieces.slice(0, j + 1).join('').length + 1 }))
  })
  return { text: text.replaceAll('‸', ''), places }
}

export const placeOf = ({ place }: Problem): string => (place ? `${place.line}:${place.column}` : 'nowhere')

export const spoken = (problems: readonly Problem[]): readonly string[] => problems.map(formatProblem)

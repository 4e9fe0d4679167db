/**
 * What rights have to say of a swap, told before the first write instead of at it. Pure.
 */
import type { Finding } from '../../../core/shift.ts'
import { isDenied } from '../../../aws/classify.ts'
import type { Facts } from './facts.ts'
import { blocker, warning } from './finding.ts'

const BOTH_WAYS =
  'where only UPSERT is allowed, set `dns.write: upsert` in the policy (Route 53 then refuses no write because of a change ' +
  'in between); or allow CREATE and DELETE in the IAM condition route53:ChangeResourceRecordSetsActions'

export function aboutRights({ route, swap }: Facts): readonly Finding[] {
  if (swap === null || swap === 'refused') return []
  if (swap === 'accepted') {
    const detail = `${route.record}: a batch that cannot be carried out was accepted: whatever answers here is not Route 53, and a foreign change would be written over`
    return [warning('no_swap_guard', route.name, detail, 'let nobody else change these records during the shift')]
  }
  if (isDenied(swap)) {
    const detail = `${route.record} may not be written by DELETE and CREATE in one batch, as the policy asks (dns.write: swap): ${swap.message}`
    return [blocker('swap_not_allowed', route.name, detail, BOTH_WAYS)]
  }
  const detail = `whether ${route.record} may be written by DELETE and CREATE in one batch could not be asked: ${swap.message}`
  return [warning('cannot_check', route.name, detail, 'start again to have it asked, or look at the role yourself')]
}

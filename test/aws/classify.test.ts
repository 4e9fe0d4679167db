import t from 'tap'
import { AwsFailure, type FailureKind } from '../../src/aws/aws.ts'
import { classify, isDenied } from '../../src/aws/classify.ts'

function sdk(name: string, status: number | null, message = 'AWS says so'): Error {
  const metadata = status === null ? {} : { $metadata: { httpStatusCode: status, attempts: 2 } }
  return Object.assign(new Error(message), { name, ...metadata })
}

function network(code: string): Error {
  return Object.assign(new Error(`connect ${code} 127.0.0.1:1`), { code, $metadata: { attempts: 3 } })
}

const rows: readonly (readonly [string, Error, FailureKind, { gone?: boolean; denied?: boolean }])[] = [
  ['Throttling', sdk('Throttling', 400), 'throttled', {}],
  ['ThrottlingException', sdk('ThrottlingException', 400), 'throttled', {}],
  ['RequestLimitExceeded', sdk('RequestLimitExceeded', 503), 'throttled', {}],
  ['any 429', sdk('PriorRequestNotCompleteException', 429), 'throttled', {}],
  ['a zone that is busy', sdk('PriorRequestNotComplete', 400), 'throttled', {}],
  ['InvalidChangeBatch', sdk('InvalidChangeBatch', 400), 'refused', {}],
  ['NoSuchHostedZone', sdk('NoSuchHostedZone', 404), 'refused', { gone: true }],
  ['NoSuchChange', sdk('NoSuchChange', 404), 'refused', {}],
  ['RuleNotFoundException', sdk('RuleNotFoundException', 400), 'refused', { gone: true }],
  ['ListenerNotFoundException', sdk('ListenerNotFoundException', 400), 'refused', { gone: true }],
  ['TargetGroupNotFound', sdk('TargetGroupNotFound', 400), 'refused', { gone: true }],
  ['InvalidLoadBalancerAction', sdk('InvalidLoadBalancerActionException', 400), 'refused', {}],
  ['OperationNotPermitted', sdk('OperationNotPermittedException', 400), 'refused', {}],
  ['ValidationError', sdk('ValidationError', 400), 'refused', {}],
  ['AccessDenied', sdk('AccessDenied', 403), 'refused', { denied: true }],
  ['ExpiredToken', sdk('ExpiredTokenException', 400), 'refused', { denied: true }],
  ['CredentialsProviderError', sdk('CredentialsProviderError', null), 'refused', { denied: true }],
  ['HealthUnavailable', sdk('HealthUnavailableException', 500), 'unknown', {}],
  ['a bare 503', sdk('Unknown', 503), 'unknown', {}],
  ['a 200 that can not be read', sdk('SyntaxError', 200), 'unknown', {}],
  ['ECONNRESET', network('ECONNRESET'), 'unknown', {}],
  ['ECONNREFUSED', network('ECONNREFUSED'), 'unknown', {}],
  ['ENOTFOUND', network('ENOTFOUND'), 'unknown', {}],
  ['TimeoutError', sdk('TimeoutError', null), 'timeout', {}],
  ['ETIMEDOUT', network('ETIMEDOUT'), 'timeout', {}],
  ['AbortError', sdk('AbortError', null), 'timeout', {}],
  ['anything else', new TypeError('x is not a function'), 'bug', {}]
]

for (const [what, error, kind, { gone = false, denied = false }] of rows) {
  t.test(`${what} is ${kind}${gone ? ', gone' : ''}${denied ? ', denied' : ''}`, (t) => {
    const failure = classify(error, 'elbv2 ModifyRule')
    t.match(failure, { kind, gone })
    t.equal(isDenied(failure), denied)
    t.match(failure.message, /^elbv2 ModifyRule: /)
    t.end()
  })
}

t.test('what is wrong with a batch of records is kept, wherever it is said', (t) => {
  const said = sdk('InvalidChangeBatch', 400, '[Tried to delete X but it was not found]')
  t.match(classify(said, 'route53 x').message, /but it was not found/)
  t.match(classify(Object.assign(said, { messages: [] }), 'route53 x').message, /but it was not found/)
  const listed = Object.assign(sdk('InvalidChangeBatch', 400, ''), { messages: ['one', 'two'] })
  t.match(classify(listed, 'route53 x').message, /one; two/)
  t.end()
})

t.test('status, attempts and code are kept; a broken connection is named by its code', (t) => {
  t.match(classify(sdk('Throttling', 400), 'x'), { code: 'Throttling', status: 400, attempts: 2 })
  t.match(classify(network('ECONNRESET'), 'x'), { code: 'ECONNRESET', status: null, attempts: 3 })
  t.end()
})

t.test('what has no credentials was never sent; what nobody counted is taken to have been', (t) => {
  t.equal(classify(sdk('CredentialsProviderError', null), 'x').attempts, 0)
  t.equal(classify(new Error('?'), 'x').attempts, 1)
  t.equal(classify('not an error', 'x').attempts, 1)
  t.end()
})

t.test('a failure is passed on as it is', (t) => {
  const failure = new AwsFailure('already', { kind: 'throttled', code: 'BudgetExhausted' })
  t.equal(classify(failure, 'x'), failure)
  t.end()
})

t.test('messages hold no signed request, no second line, no cause, and are not endless', (t) => {
  const canonical = "The Canonical String should have been\n'POST\nx-amz-security-token:SECRET'"
  for (const name of ['SignatureDoesNotMatch', 'InvalidSignatureException', 'IncompleteSignature', 'ExpiredToken']) {
    const failure = classify(sdk(name, 403, `SECRET ${canonical}`), 'elbv2 DescribeRules')
    t.notMatch(failure.message, /SECRET/)
    t.equal(failure.cause, undefined)
  }
  t.notMatch(classify(sdk('ValidationError', 400, 'first\nsecond'), 'x').message, /second/)
  t.ok(classify(sdk('ValidationError', 400, 'y'.repeat(10_000)), 'x').message.length < 400)
  t.end()
})

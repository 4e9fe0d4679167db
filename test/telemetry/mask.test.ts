import t from 'tap'
import { maskText } from '../../src/mask.ts'

const FORMS: readonly (readonly [string, string])[] = [
  ['Authorization: Bearer abc.def', 'Authorization: Bearer [redacted]'],
  ['key AKIAIOSFODNN7EXAMPLE!', 'key [redacted]!'],
  ['Credential=AKIAIOSFODNN7EXAMPLE/2026/x, Signature=0f0f', 'Credential=[redacted], Signature=[redacted]'],
  ['"x-amz-security-token":"Fwo/abc=="', '"x-amz-security-token":"[redacted]"'],
  ['X-Amz-Security-Token: Fwo', 'X-Amz-Security-Token: [redacted]'],
  ['SessionToken=Fwo&Action=a', 'SessionToken=[redacted]&Action=a'],
  ['ExternalId=abc&Action=AssumeRole', 'ExternalId=[redacted]&Action=AssumeRole'],
  ['"externalId": "abc"', '"externalId": "[redacted]"']
]

t.test('secrets are taken out of texts in every form in which AWS and HTTP carry them', async (t) => {
  for (const [text, masked] of FORMS) t.equal(maskText(text), masked)
})

t.test('what is no secret stays, so that an error says what is wrong', async (t) => {
  for (const text of [
    'elbv2 DescribeRules: AccessDenied (HTTP 403)',
    'The security token included in the request is invalid',
    'ExpiredToken: the token has expired',
    'arn:aws:elasticloadbalancing:ap-northeast-1:111122223333:targetgroup/a/73e2d6bc24d8a067'
  ]) {
    t.equal(maskText(text), text)
  }
})

/** Parameters of signed URLs and tokens: of S3, CloudFront, Google, Azure, and what others call theirs. */
const secretParameter =
  /^(?:x-amz-.*|x-goog-.*|awsaccesskeyid|signature|expires|key-pair-id|policy|s[vretpk]|sig|spr|sk.*|.*token.*|.*secret.*|.*key|auth.*|password|hdnea.*)$/iu;

/** Tests whether a parameter of a URL is a secret, by its name. */
export function isSecretParameter(name: string): boolean {
  return secretParameter.test(name);
}

/** A location as messages and files have it: without user and password of a URL, and parameters that are secrets. */
export function shownLocation(location: string): string {
  const [scheme = ''] = /^(?:https?|s3):/iu.exec(location) ?? [];
  // No bucket has these: it is a key, which may have slashes.
  if (/^s3:/iu.test(scheme)) return /^s3:\/*[^/]*[:@]/iu.test(location) ? `${scheme}//…` : location;
  if (scheme === '') return location;
  if (!URL.canParse(location)) return `${scheme}//…`;
  const [whole = '', query] = location.split(/\?(?<query>[\s\S]*)/u);
  const address = whole.replace(/^(https?:[/\\]*)[^/\\?#]*@/iu, '$1');
  const told = query?.split('&').filter((one) => !isSecretParameter(nameOf(one))) ?? [];
  return told.length === 0 ? address : `${address}?${told.join('&')}`;
}

function nameOf(parameter: string): string {
  const [name = ''] = parameter.split('=');
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** A text without what a location has beside what is shown of it. */
export function withoutSecrets(text: string, location: string): string {
  const shown = shownLocation(location);
  if (shown === location) return text;
  const secrets = [location];
  if (URL.canParse(location)) {
    const { href, username, password, search } = new URL(location);
    secrets.push(href);
    if (username + password !== '') secrets.push(`${username}:${password}@`);
    if (search !== '') secrets.push(search);
  }
  return secrets.reduce((rest, secret, at) => rest.replaceAll(secret, at < 2 ? shown : ''), text);
}

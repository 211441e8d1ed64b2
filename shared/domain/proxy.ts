/** Which proxies a customer may name, and how their passwords are shown: never an address of our own machine, its neighbours or its metadata. Pure. */

import { BlockList, isIP } from 'node:net';

/** A customer's proxies. Without any, its traffic goes to Webex directly. */
export interface Proxies {
  http?: string;
  https?: string;
}

const localSubnets: [string, number, 'ipv4' | 'ipv6'][] = [
  // "This" network, loopback, link-local (metadata is 169.254.169.254), multicast, reserved and broadcast.
  ['0.0.0.0', 8, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['224.0.0.0', 3, 'ipv4'],
  // Unspecified and loopback, link-local, site-local, Google's metadata (fd20:ce::254), multicast.
  ['::', 127, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  ['fec0::', 10, 'ipv6'],
  ['fd20:ce::', 32, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
  // Forms that carry an IPv4 address: IPv4-translated, NAT64, 6to4, Teredo. IPv4-mapped ones match the IPv4 rules.
  ['::ffff:0:0:0', 96, 'ipv6'],
  ['64:ff9b::', 32, 'ipv6'],
  ['2002::', 16, 'ipv6'],
  ['2001::', 32, 'ipv6'],
];
let blockList: BlockList | undefined;

function localAddresses(): BlockList {
  if (blockList) return blockList;
  blockList = new BlockList();
  for (const [net, prefix, family] of localSubnets) blockList.addSubnet(net, prefix, family);
  return blockList;
}

/** Names of this machine or its metadata server, whatever they resolve to. */
const localName = /(^|\.)(localhost|localdomain|metadata|metadata\.google\.internal)\.*$/i;

/** Private ranges are not local: a customer's proxy may well be `http://10.10.10.10:8123`. */
export function isLocalAddress(address: string): boolean {
  const family = isIP(address);
  return family === 0 || localAddresses().check(address, family === 4 ? 'ipv4' : 'ipv6');
}

/**
 * What is wrong with a proxy's URL, with what to write instead, to follow "the proxy"; undefined when nothing is. A name may
 * still resolve to a local address, which is checked when the connection is made.
 */
export function proxyProblem(text: string, allowLocal: boolean): string | undefined {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) {
    return 'must be a URL such as http://10.10.10.10:8123; in a user name or password write %2F for /, %3F for ?, %23 for #, %5B for [';
  }
  const url = new URL(text);
  if (url.pathname !== '/' || url.search || url.hash) {
    return 'must end after host and port; in a user name or password write %2F for /, %3F for ?, %23 for #';
  }
  if (url.port === '0') return 'must not have port 0: write the port that the proxy listens on';
  const { hostname, username, password } = proxyParts(text);
  const credentials = decodeURIComponent(username + password);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a line break would end the header that carries them.
  if (/[\u0000-\u001f\u007f]/.test(credentials)) return 'must not have control characters in its user name or password';
  if (decodeURIComponent(username).includes(':')) {
    return 'must not have a colon in its user name, which HTTP Basic authentication cannot carry';
  }
  if (!allowLocal && (localName.test(hostname) || (isIP(hostname) !== 0 && isLocalAddress(hostname)))) {
    return 'must not have a loopback, link-local or metadata address';
  }
  return undefined;
}

/** The parts of a proxy's URL as a connection needs them: an IPv6 address without brackets, credentials that can be decoded. */
export function proxyParts(text: string) {
  const { protocol, host, hostname, port, username, password } = new URL(text);
  return {
    protocol,
    /** For people: host and port, without credentials. */
    host,
    hostname: hostname.replace(/^\[(.*)\]$/, '$1'),
    port,
    username: reencode(username),
    password: reencode(password),
  };
}

/** People type `%` where a URL needs `%25`: a percent sign that encodes nothing stands for itself. */
function reencode(text: string): string {
  const decoded = text.replaceAll(/(%[0-9a-f]{2})+/gi, (sequence) => {
    try {
      return decodeURIComponent(sequence);
    } catch {
      return sequence;
    }
  });
  return encodeURIComponent(decoded);
}

/** Shown in place of a password. When it comes back, the stored password stays: a reader never learns it, an editor need not know it. */
const mask = '****';

/** The URL with its password masked. */
export function maskPassword(text: string): string {
  const url = new URL(text);
  if (!url.password) return text;
  url.password = mask;
  return url.href;
}

/**
 * The URL to store for one that a caller sent: the stored one when the mask came back for the same proxy and user.
 * Undefined when the mask stands for no stored password.
 */
export function keepPassword(sent: string, stored: string | undefined): string | undefined {
  if (!isMasked(sent)) return sent;
  return stored !== undefined && maskPassword(stored) === new URL(sent).href ? stored : undefined;
}

function isMasked(text: string): boolean {
  return URL.canParse(text) && new URL(text).password === mask;
}

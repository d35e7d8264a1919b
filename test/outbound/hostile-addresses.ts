/** Addresses that no request of a seller's may reach, by the range that forbids them. */
export const hostileAddresses: Record<string, string[]> = {
  'this network': ['0.0.0.0', '0.0.0.1', '0.255.255.255'],
  loopback: ['127.0.0.1', '127.0.0.53', '127.255.255.254', '::1'],
  private: [
    ...['10.0.0.0', '10.255.255.255', '172.16.0.1', '172.31.255.254', '192.168.0.1'],
    '192.168.255.255',
  ],
  'carrier-grade NAT': ['100.64.0.0', '100.100.100.200', '100.127.255.255'],
  'link-local and cloud metadata': [
    ...['169.254.0.1', '169.254.169.254', '169.254.170.2', 'fe80::1', 'febf::1', 'fd00:ec2::254'],
  ],
  'unique local and site-local': ['fc00::', 'fc00::1', 'fdff:ffff::1', 'fec0::1', 'feff::1'],
  'IETF protocol assignments': ['192.0.0.0', '192.0.0.8', '192.0.0.170', '192.0.0.255'],
  documentation: [
    ...['192.0.2.1', '198.51.100.1', '203.0.113.255', '2001:db8::1', '3fff::1', '3fff:fff::1'],
  ],
  benchmarking: ['198.18.0.0', '198.19.255.255', '2001:2::1'],
  '6to4 relays, AS112, AMT': ['192.88.99.1', '192.175.48.1', '192.31.196.1', '192.52.193.1'],
  multicast: ['224.0.0.1', '239.255.255.250', 'ff02::1', 'ff0e::1'],
  'reserved and broadcast': ['240.0.0.1', '254.1.1.1', '255.255.255.255', '4000::1', '8000::1'],
  unspecified: ['::'],
  'IPv4-mapped': ['::ffff:127.0.0.1', '::ffff:a00:1', '::ffff:169.254.169.254', '::ffff:0.0.0.0'],
  'IPv4-compatible': ['::127.0.0.1', '::10.0.0.1', '::8.8.8.8'],
  'IPv4-translated': ['::ffff:0:127.0.0.1', '::ffff:0:8.8.8.8'],
  NAT64: ['64:ff9b::127.0.0.1', '64:ff9b::8.8.8.8', '64:ff9b:1::a00:1', '64:ff9b:1:fffe::a00:1'],
  '6to4': ['2002:7f00:1::', '2002:a00:1::1', '2002:808:808::1'],
  Teredo: ['2001::1', '2001:0:4136:e378:8000:63bf:3fff:fdd2'],
  'ORCHID, drone tags, discard, segment routing': [
    ...['2001:10::1', '2001:20::1', '2001:30::1', '100::1', '100:0:0:1::1', '5f00::1'],
  ],
}

/** Other ways of writing loopback, private and metadata addresses, in URLs. */
export const hostileUrls = [
  ...['http://2130706433/', 'http://0x7f000001/', 'http://017700000001/', 'http://0177.0.0.1/'],
  ...['http://0x7f.0.0.1/', 'http://127.1/', 'http://127.0.1/', 'http://0/', 'http://127.0.0.1./'],
  ...['http://0x7F.0x0.0x0.0x1/', 'http://3232235521/', 'http://0xa9fea9fe/', 'http://2852039166/'],
  ...[
    'http://１２７.０.０.１/',
    'http://①②⑦.⓪.⓪.①/',
    'http://127。0。0。1/',
    'http://１６９.254.169.254/',
  ],
  ...['http://127.0.0.1%09/', 'http://127.0.0.1%00.example.com/', 'http://[::1%25lo]/'],
  ...['http://127.0.0.1\t/', 'http://127.0.\n0.1/', ' http://127.0.0.1/ ', 'http:\\\\127.0.0.1\\'],
  ...[
    'http://[::]/',
    'http://[0:0:0:0:0:0:0:1]/',
    'http://[::ffff:7f00:1]/',
    'http://[::127.0.0.1]/',
  ],
  ...['http://localhost/', 'http://LOCALHOST/', 'http://localhost./', 'http://a.localhost/'],
  ...[
    'http://metadata.google.internal/',
    'http://printer.local/',
    'http://postgres/',
    'http://api.svc/',
  ],
  ...['http://api.default.svc.cluster.local/', 'http://router.lan/', 'http://router.home.arpa./'],
  ...[
    'http://user:secret@example.com/',
    'http://user@example.com/',
    'http://example.com@127.0.0.1/',
  ],
  ...[
    'file:///etc/passwd',
    'gopher://example.com/',
    'ftp://example.com/',
    'unix:/var/run/docker.sock',
  ],
  ...[
    'data:text/xml,<a/>',
    'javascript:1',
    'blob:http://example.com/1',
    'ws://example.com/',
    '//x.ru/',
  ],
  ...[
    'http://example.com:22/',
    'http://example.com:25/',
    'https://example.com:445/',
    'http://a.ru:0/',
    ...['http://a.ru:5432/', 'http://a.ru:6379/', 'https://a.ru:9200/', 'http://a.ru:2375/'],
    ...['https://a.ru:11211/', 'http://a.ru:6667/', 'http://a.ru:27017/', 'http://a.ru:65536/'],
  ],
  ...[
    '',
    'feed.xml',
    'http://',
    'http:///',
    'http://exa mple.com/',
    `http://a.ru/${'a'.repeat(2100)}`,
  ],
]

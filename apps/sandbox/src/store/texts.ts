/** Words for products and people, ugly ones among them: whoever stores or shows them must cope. */

export const FIRST_NAMES = (
  'Olivia Liam Emma Noah Ava Ethan Mia Lucas Zoë José Chloé Björn Siobhán Priya Wei Yuki Fatima Omar Anya Dmitri ' +
  'Grace Henry Nora Jack Ruby Leo Isla Max Freya Sam Aisha Mateo Lena Paul Ida Tom Sofía Ravi Hana Ben'
).split(' ');

export const LAST_NAMES = (
  "Smith Johnson O'Brien García Müller Nguyen Kim Tanaka Singh Rossi Dubois Andersson Kowalski Okafor Haddad " +
  'Brown Wilson Taylor Anderson Thomas Moore Martin Lee Walker Hall Young King Wright López Hill Scott Green'
).split(' ');

export const ODD_NAMES: [string, string][] = [
  ['محمد', 'العبد الله'],
  ['שרה', 'כהן'],
  ['🦄 Luna', 'St*r'],
  ['=HYPERLINK("http://example.com","Ann")', 'Formula'],
  ['<script>alert(1)</script>', '"; DROP TABLE customers; --'],
  ['Wolfeschlegelsteinhausenbergerdorff', 'Keihanaikukauakahihuliheekahaunaele'],
  ['佐藤', 'さくら'],
  ['Null', 'Undefined'],
];

export const ADJECTIVES =
  'Linen Oak Ceramic Recycled Classic Merino Brass Everyday Handmade Copper Vintage Organic'.split(' ');

export const NOUNS: [string, string][] = [
  ['Mug', 'Kitchen'],
  ['Tea Towel', 'Kitchen'],
  ['Lamp', 'Lighting'],
  ['Candle', 'Home'],
  ['T-Shirt', 'Apparel'],
  ['Hoodie', 'Apparel'],
  ['Backpack', 'Bags'],
  ['Notebook', 'Stationery'],
  ['Throw Blanket', 'Home'],
  ['Planter', 'Garden'],
  ['Water Bottle', 'Outdoor'],
  ['Print', 'Art'],
  ['Socks', 'Apparel'],
  ['Serving Board', 'Kitchen'],
];

export const ODD_TITLES = [
  '🎁 Mystery Box ✨👩‍👩‍👧‍👦',
  'مزهرية مصنوعة يدوياً',
  'כרית מעוצבת',
  '=SUM(A1:A9)*2',
  'He said "buy it", she didn\'t — 50% off & <b>free</b> gift',
  'A ' + 'very '.repeat(45) + 'long title that goes on',
  '<img src=x onerror=alert(1)>',
  'Zalgo h̸̡̪̯ͨ͊̽̅̾e̷ lamp',
];

export const VENDORS = ['Harbor & Co', 'Juniper Works', 'Söderberg', 'Maison Lumière', 'Kōri', 'O’Neill & Sons'];
export const COLORS = ['Black', 'Sand', 'Forest', 'Ocean', 'Rust'];
export const SIZES = ['XS', 'S', 'M', 'L', 'XL'];
export const CODES = ['WELCOME10', 'SPRING15', 'VIP20', 'FRIENDS', 'BLACKFRIDAY', 'SORRY5'];
export const TAGS = ['wholesale', 'vip', 'gift', 'newsletter', 'influencer', 'café', '-10%'];
export const STREETS = ['Main Street', 'High Street', 'Rue de la Paix', 'Lindenallee', 'Park Avenue', 'Ocean Drive'];

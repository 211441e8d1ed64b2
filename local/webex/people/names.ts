/** Names and titles in many alphabets, because people with ASCII names alone hide encoding faults. */

/** `name|spelling in an e-mail address`. The spelling is given where the name cannot be folded to ASCII. */
export const firstNames = (
  'Olivia Noah Emma Liam Amélie Lucas Chloé Björn Åsa Zoë Jürgen Søren Łukasz Małgorzata Iñigo Begoña João Conceição ' +
  'Siobhán Ruairí Dvořák|dvorak Žofie Ștefan Ioana Gülşen Çağlar Aarav Priya Ananya Rohan Fatima Omar Layla Yusuf ' +
  'Юлия|yuliya Дмитрий|dmitriy Ελένη|eleni Γιώργος|giorgos 太郎|taro 花子|hanako 伟|wei 秀英|xiuying 민준|minjun ' +
  'نور|noor דניאל|daniel Thandiwe Sipho Chinedu Ngozi Kwame Mateo Valentina Ximena Benjamin Charlotte Ethan Grace Hannah'
).split(' ');

export const lastNames = (
  "Smith Johnson Müller Großmann Dupont Lefèvre García Muñoz Hernández O'Brien Ó_Súilleabháin|osuilleabhain Nilsson " +
  'Håkansson Jørgensen Kowalczyk Wójcik Novák Černá Popescu Țurcanu Yılmaz Öztürk Silva Gonçalves Rossi D’Angelo ' +
  'van_der_Berg|vanderberg Visser Smith-Jones Patel Iyer Chaudhary Haddad Mansour Иванова|ivanova Шевченко|shevchenko ' +
  'Παπαδόπουλος|papadopoulos 山田|yamada 佐藤|sato 王|wang 李|li 김|kim כהן|cohen Nkosi Okafor Mensah Nguyễn Trần ' +
  'Sánchez Castillo Brown Taylor Wilson Clark Lewis Walker Young King Wright Hill'
).split(' ');

export const departments = [
  'Engineering',
  'Sales',
  'Customer Success',
  'Finance',
  'Human Resources',
  'Legal & Compliance',
  'Marketing',
  'IT Operations',
  'Research and Development',
  'Supply Chain',
  'Vertrieb Süd',
  '品質保証部',
];

export const titles = [
  'Software Engineer',
  'Senior Software Engineer',
  'Account Manager',
  'Business Analyst',
  'Financial Controller',
  'HR Business Partner',
  'Network Administrator',
  'Product Manager',
  'Project Lead',
  'Sales Director',
  'Support Specialist',
  'VP, Operations',
  'Geschäftsführer',
  'Directrice générale',
];

export const timezones = ['America/Chicago', 'America/Sao_Paulo', 'Europe/London', 'Europe/Berlin', 'Asia/Tokyo'];

/** Letters that Unicode does not decompose into a base letter and a mark. */
const unfoldable: Record<string, string> = { ß: 'ss', ø: 'o', ł: 'l', ı: 'i', đ: 'd', æ: 'ae' };

/** A name as people see it, and as it is spelled in an e-mail address. */
export function spellings(entry: string): { name: string; ascii: string } {
  const [name = '', given] = entry.replaceAll('_', ' ').split('|');
  const folded = name
    .toLowerCase()
    .replace(/[ßøłıđæ]/g, (letter) => unfoldable[letter] ?? letter)
    .normalize('NFD')
    .replace(/[^a-z]/g, '');
  return { name, ascii: given ?? folded };
}

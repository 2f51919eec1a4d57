import { language } from './language';

const counter = /^(\d+)号窗(?: · 工号(.+))?$/;
const supervisor = /^值班长(?: · 工号(.+))?$/;
const citizen = /^市民(?: (.+))?$/;

/* What the server calls a participant, in the page's language; what has another form stays as it is. */
export function personLabel(label: string): string {
  if (language.value === 'zh-CN') {
    return label;
  }
  const [, window, staff] = counter.exec(label) ?? [];
  if (window !== undefined) {
    return staff === undefined ? `Counter ${window}` : `Counter ${window} · clerk ${staff}`;
  }
  const boss = supervisor.exec(label);
  if (boss) {
    return boss[1] === undefined ? 'Supervisor' : `Supervisor ${boss[1]}`;
  }
  const found = citizen.exec(label);
  if (found) {
    return found[1] === undefined ? 'Citizen' : `Citizen ${found[1]}`;
  }
  return label.replace(/^帮办人员/, 'Helper');
}

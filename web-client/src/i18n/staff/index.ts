export { en as staffEn } from './en';
export { zhCN as staffZhCN, type StaffKey } from './zh-CN';

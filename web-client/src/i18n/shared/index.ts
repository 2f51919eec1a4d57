export { en as sharedEn } from './en';
export { zhCN as sharedZhCN, type SharedKey } from './zh-CN';

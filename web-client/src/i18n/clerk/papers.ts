/* The document camera on the desk. */
export const papersZhCN = {
  'device.papers': '展台摄像头',
  'call.papers': '展台',
  'call.papersOff': '收起展台',
  'call.papersSelf': '展台，市民看得到',
  'call.papersWhich': '用哪个摄像头作展台',
  'call.papersNumber': '摄像头 {number}',
  'call.papersNone': '没有第二个摄像头。请接上展台或高拍仪后再试。',
  'call.enlarge': '放大：{what}',
  'call.shrink': '换回对方画面',
  'keys.papers': '开 / 收展台',
} as const;

export const papersEn = {
  'device.papers': 'the document camera',
  'call.papers': 'Document camera',
  'call.papersOff': 'Stop document',
  'call.papersSelf': 'Document camera; the citizen sees it',
  'call.papersWhich': 'Which camera shows documents',
  'call.papersNumber': 'Camera {number}',
  'call.papersNone': 'There is no second camera. Connect a document camera and try again.',
  'call.enlarge': 'Enlarge: {what}',
  'call.shrink': 'Back to the face',
  'keys.papers': 'Document camera on / off',
} as const;

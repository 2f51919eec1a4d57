import { staffZhCN } from '../staff';

/* Every word of the supervisor's page. */
export const zhCN = {
  ...staffZhCN,
  'supervisor.title': '值班长',
  'supervisor.lead': '查看正在进行的通话，可以旁听、耳语、介入。每一步都告知通话双方，并记入审计日志。',
  'supervisor.signedIn': '工号 {staff}',
  'supervisor.connecting': '正在连接…',
  'supervisor.offline': '网络中断，正在重新连接…',
  'supervisor.replaced': '本账号已在另一个页面打开，这里停用。',

  'list.title': '正在进行的通话',
  'list.total': '共 {total} 个',
  'list.empty': '现在没有通话',
  'list.emptyNext': '有人接通后会自动出现在这里。',
  'list.col.number': '号码',
  'list.col.matter': '事项',
  'list.col.window': '窗口 · 工号',
  'list.col.duration': '时长',
  'list.col.state': '状态',
  'list.col.line': '市民的信号',
  'list.col.people': '人数',
  'list.noNumber': '无号',
  'list.listen': '旁听',
  'list.listenTo': '旁听 {number}',
  'list.taken': '工号 {staff} 旁听中',
  'list.more': '下一页',
  'list.first': '第一页',

  'state.connecting': '接通中',
  'state.active': '通话中',
  'state.held': '保持中',
  'line.good': '良好',
  'line.fair': '一般',
  'line.poor': '较差',
  'line.unknown': '还不知道',

  'mode.listen': '旁听',
  'mode.whisper': '耳语',
  'mode.barge': '介入',
  'mode.stop': '停止',
  'mode.listen.now': '旁听中：双方看得到“值班长旁听”，听不到您。',
  'mode.whisper.now': '耳语中：只有窗口工作人员听得到您，这段话单独录音。',
  'mode.barge.now': '介入中：所有人都看得到、听得到您。',
  'mode.barge.ask': '介入后，市民和窗口都会看到、听到您。',
  'mode.noMic': '麦克风打不开，请允许使用麦克风后重试。',
  'mode.noCamera': '摄像头打不开，只有声音。',

  'call.speaking': '正在说话',
  'call.document': '{who}的材料',
  'call.waiting': '正在接入声音和画面…',
  'call.tapSound': '点这里打开声音',
  'call.ended': '通话已结束：{reason}',
  'call.held': '保持中，声音和画面暂停',
} as const;

export type SupervisorKey = keyof typeof zhCN;

import { useCallback } from "react";

import { type Language, useChosenLanguage } from "./language";

/** 用语: what the console itself says, in both languages. GraphiQL's own words are English alone. */

const WORDS = {
  // Top bar
  signIn: ["登录", "Sign in"],
  signOut: ["退出", "Sign out"],
  token: ["令牌", "Token"],
  show: ["显示", "Show"],
  examples: ["示例", "Examples"],
  languageSwitch: ["语言", "Language"],
  notSignedIn: ["未登录，无令牌", "Not signed in. No token"],
  unreadableToken: ["令牌无法识别", "Unreadable token"],
  tokenExpired: ["令牌已过期", "Token expired"],
  validUntil: ["有效至", "valid until"],
  ADMINISTRATOR: ["管理员", "Administrator"],
  SECURITY_OFFICER: ["安全员", "Security officer"],
  AUDITOR: ["审计员", "Auditor"],
  PARTNER: ["合作系统", "Partner system"],

  // Why there is no schema
  signInFailed: ["登录未成功。", "The sign-in failed."],
  nobodySignedIn: ["尚未登录。", "Nobody is signed in."],
  signInAbove: ["请在上方登录，或粘贴访问令牌。", "Sign in above, or paste an access token there."],
  schemaRefused: [
    "无法读取架构：令牌可能无效或已过期。",
    "The schema could not be fetched: the token may be invalid or expired.",
  ],
  tokenOnServer: ["也可在服务器上取得令牌：", "Or get a token on the server:"],

  // Query builder
  builder: ["查询构造器", "Query builder"],
  builderSignIn: ["登录后即可使用。", "Sign in to use it."],
  builderLoading: ["正在读取可查询字段……", "Asking for the fields…"],
  builderFailed: ["无法读取可查询字段：{reason}", "The fields could not be fetched: {reason}"],
  builderNothing: [
    "您的账号不能查看党员信息，因此没有可查询的字段。",
    "Your account sees nothing of members, so there is nothing to ask by.",
  ],
  builderForeign: [
    "当前标签页不是构造器能显示的党员或历史党员查询，已保持原样。",
    "This tab is no list of members, or of those who have left, that the builder can show; it is left as it is.",
  ],
  newQuery: ["新建查询", "New query"],
  subject: ["查询对象", "Of whom"],
  of_members: ["党员", "Members"],
  of_historyMembers: ["历史党员", "Members who have left"],
  conditions: ["条件", "Conditions"],
  condition: ["条件 {n}", "Condition {n}"],
  group: ["条件组", "Group"],
  satisfy: ["满足", "Matching"],
  and: ["全部条件", "all of"],
  or: ["任一条件", "any of"],
  isNegated: ["取反", "Not"],
  addCondition: ["＋ 条件", "+ Condition"],
  addGroup: ["＋ 条件组", "+ Group"],
  removeCondition: ["删除{what}", "Remove {what}"],
  field: ["字段", "Field"],
  method: ["方法", "Method"],
  value: ["值", "Value"],
  from: ["自", "From"],
  to: ["至", "To"],
  oneALine: ["每行一个，可从表格粘贴一列", "One a line; paste a column of a spreadsheet"],
  choose: ["请选择", "Choose"],
  chosen: ["已选 {n} 项", "{n} chosen"],
  listed: ["、", ", "],
  narrow: ["筛选选项", "Narrow the list"],
  yes: ["是", "Yes"],
  no: ["否", "No"],
  findOrganization: ["输入名称查找组织", "Type a name to find an organisation"],
  noOrganization: ["没有找到组织", "No organisation found"],
  members: ["{n} 人", "{n} members"],
  columns: ["显示列", "Columns"],
  order: ["排序", "Order"],
  addOrder: ["＋ 排序", "+ Order"],
  removeOrder: ["删除排序 {n}", "Remove order {n}"],
  direction: ["方向", "Direction"],
  ASC: ["升序", "Ascending"],
  DESC: ["降序", "Descending"],
  pageSize: ["每页行数", "Rows a page"],
  run: ["运行", "Run"],
  EXACT: ["精准查询", "equals"],
  FUZZY: ["模糊查询", "contains"],
  PREFIX: ["左匹配查询", "starts with"],
  SUFFIX: ["右匹配查询", "ends with"],
  MULTI: ["多选", "is one of"],
  RANGE: ["区间", "is between"],
  PINYIN: ["拼音查询", "pinyin starts with"],
  MISSING: ["是否缺失", "is missing"],

  // Saved queries
  savedQueries: ["常用查询", "Saved queries"],
  savedQuery: ["常用查询", "Saved query"],
  savedLoading: ["正在读取常用查询……", "Asking for the saved queries…"],
  noneSaved: ["尚无常用查询", "None yet"],
  ownQueries: ["我保存的", "My own"],
  sharedQueries: ["他人共享的", "Shared by others"],
  isShared: ["{name}（已共享）", "{name} (shared)"],
  ofThoseWhoLeft: [" · 历史党员", " · who have left"],
  openSaved: ["打开", "Open"],
  problems: ["现存问题", "Problems"],
  notOpenable: ["其条件不对您显示，请通过接口运行。", "Its conditions are not shown to you; run it over the API."],
  savedAs: ["名称", "Save as"],
  shared: ["共享给本组织及下级组织", "Shared with the organisation and those below"],
  notSaved: ["不能保存的列：{what}。", "Columns that are not saved: {what}."],
  save: ["另存为新查询", "Save as new"],
  overwrite: ["覆盖所选", "Overwrite"],
  removeSaved: ["删除所选", "Remove"],
  saved: ["已保存。", "Saved."],
  overwritten: ["已覆盖。", "Overwritten."],
  removed: ["已删除。", "Removed."],

  // Results
  results: ["查询结果", "Results"],
  resultView: ["结果视图", "View of the results"],
  json: ["JSON", "JSON"],
  table: ["表格", "Table"],
  chart: ["图表", "Chart"],
  noAnswer: ["尚无结果。运行查询后在此显示。", "No results yet. Run a query to see them here."],
  noRows: ["结果中没有可显示的行。", "There are no rows in the answer."],
  list: ["列表", "List"],
  rows: ["{n} 行", "{n} rows"],
  ofAll: ["{n} 行，共 {all}", "{n} rows of {all}"],
  showCodes: ["显示代码", "Codes"],
  copy: ["复制", "Copy"],
  copied: ["已复制 {n} 行，可粘贴到表格软件。", "{n} rows copied, to be pasted into a spreadsheet."],
  notCopied: ["浏览器不允许复制。", "The browser does not let it copy."],
  download: ["下载 CSV", "Download CSV"],
  exportAll: ["导出全部 {format}", "Export all as {format}"],
  exporting: ["正在导出……", "Exporting…"],
  cancelExport: ["取消导出", "Cancel the export"],
  exportCancelled: ["已取消导出。", "The export was cancelled."],
  exported: ["已导出 {n} 行。", "{n} rows exported."],
  notExported: ["不能导出的列：{what}。", "Columns that no file has: {what}."],
  exportFailed: ["未能导出：{reason}", "Not exported: {reason}"],
  NOT_ALLOWED: ["您已无权查看其中的字段。", "you may not see its fields any more."],
  OUTDATED: ["查询已不适用。", "the query does not fit any more."],
  GIVEN_UP: ["多次未能写完，请重新导出。", "it could not be written to its end; export again."],
  nextPage: ["下一页", "Next page"],
  firstPage: ["回到首页", "First page"],
  shownRows: ["显示第 {from}–{to} 行", "Rows {from}–{to}"],
  earlierRows: ["前 {n} 行", "Previous {n}"],
  laterRows: ["后 {n} 行", "Next {n}"],
  sortBy: ["按{what}排序", "Sort by {what}"],
  labelColumn: ["标签", "Labels"],
  numberColumn: ["数值", "Numbers"],
  noChart: ["没有一列数值可以作图。", "There is no column of numbers to draw."],
  firstBars: ["仅画出前 {n} 条。", "Only the first {n} are drawn."],
  chartOf: ["{number}（按{label}）", "{number} by {label}"],
  asNumbers: ["以表格显示数据", "The numbers as a table"],
} as const satisfies Record<string, readonly [string, string]>;

export type Word = keyof typeof WORDS;

export type Say = (word: Word, values?: Record<string, string | number>) => string;

export function said(language: Language, word: Word, values: Record<string, string | number> = {}): string {
  const [chinese, english] = WORDS[word];
  const template: string = language === "en" ? english : chinese;
  return template.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

export function useSay(): Say {
  const language = useChosenLanguage();
  return useCallback((word, values) => said(language, word, values), [language]);
}

export function isWord(text: string): text is Word {
  return text in WORDS;
}

#include "gateway/app/command_line.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>

#include "gateway/app/command_help.h"
#include "gateway/app/command_line_adapters.h"
#include "gateway/app/command_line_approvals.h"
#include "gateway/app/command_line_attachments.h"
#include "gateway/app/command_line_certs.h"
#include "gateway/app/command_line_family.h"
#include "gateway/app/command_line_history.h"
#include "gateway/app/command_line_quarantine.h"
#include "gateway/app/command_line_sources.h"
#include "gateway/app/command_line_upkeep.h"
#include "gateway/app/commands.h"
#include "gateway/app/commands_certs_live.h"
#include "gateway/app/commands_why.h"

namespace yht::app {
namespace {

constexpr const char* kTop =
    "Yihaotong 一号通: integration gateway of a province's 12345 federation.\n"
    "One number, one ticket, one ledger. 一个号码,一张工单,一本账。\n";

constexpr const char* kExamples =
    "Examples 示例:\n"
    "  yht serve --config /etc/yihaotong\n"
    "  yht ledger show 430200-20190418-0000123-0\n"
    "  yht tickets --unsettled\n"
    "  yht deliveries --json\n"
    "  yht deliveries retry province-zz 1042 --why \"code list corrected\"\n"
    "  yht adapters test\n"
    "  yht schema json > records.schema.json\n"
    "Exit codes 退出码: 0 ok, 3 found something, 64 usage, 65 bad data, 69 unavailable, 70 fault,\n75 a second person is wanted, 77 not permitted to this operator 该操作员无权执行, 78 configuration.";

/// What CLI11 fills in. One object for all commands: only one of them runs.
struct Parsed {
    CommandOptions options;
    ExportOptions exporting;
    std::string ticket_no, what, list, why;
    std::uint64_t after = 0;
    std::int64_t idle_s = 0;
    std::size_t limit = 50;
    RowFilter rows{.destination = "", .state = "dead"};
    DecisionLine decision;
    WhyLine why_field;
    bool unsettled = false;
    std::function<int()> run;
};

CLI::App* command(CLI::App& parent, const char* name, const char* text, Parsed& parsed, std::function<int()> run) {
    auto* made = parent.add_subcommand(name, text);
    made->callback([&parsed, run = std::move(run)] { parsed.run = run; });
    return made;
}

void addConfig(CLI::App* app, Parsed& parsed) {
    app->add_option("-c,--config", parsed.options.directory, "Deployment directory 部署目录")
        ->envname("YHT_CONFIG")
        ->capture_default_str();
}

void addJson(CLI::App* app, Parsed& parsed) {
    app->add_flag("--json", parsed.options.json, "For machines 机器可读");
}

void addTrial(CLI::App* app, Parsed& parsed) {
    app->add_flag("--trial", parsed.options.trial, "The trial ledger instead of the live one 查看联调账本");
}

CLI::App* addExport(CLI::App& ledger, Parsed& parsed) {
    auto* exporting = command(ledger, "export", "Evidence for an auditor, in one file 导出证据文件", parsed,
                              [&] { return exportLedger(parsed.options, parsed.exporting); });
    exporting->add_option("--out", parsed.exporting.out, "File to write, readable by its owner only 输出文件")->required();
    auto* from = exporting->add_option("--from", parsed.exporting.from, "First sequence number 起始序号");
    auto* to = exporting->add_option("--to", parsed.exporting.to, "Last one; the newest where left out 终止序号");
    exporting->add_option("--ticket", parsed.exporting.ticket, "One ticket: its number, or PARTY/NUMBER 单张工单")
        ->excludes(from)
        ->excludes(to);
    exporting->add_flag("--without-payloads", parsed.exporting.without_payloads,
                        "Leaves and proofs only, no personal data 不含内容");
    exporting->add_option("--why", parsed.exporting.why, "The reason; it stays in the ledger: no personal data 理由,记入账本,勿含个人信息")
        ->required();
    exporting->footer(
        "Who exports what and why becomes an entry of the ledger first 导出人、范围与理由先记入账本。\n"
        "Without --ticket, --from and --to: the whole ledger 省略时导出全部。\nExamples 示例:\n"
        "  yht ledger export --why \"audit of 2019\" --out ledger-2019.evidence\n"
        "  yht ledger export --from 1 --to 5000 --without-payloads --why \"proofs for the province\" --out leaves.evidence\n"
        "  yht ledger export --ticket 430200-20190418-0000123-0 --why \"court request 2019-12\" --out ticket.evidence\n"
        "  ledger-verify ticket.evidence --log-key \"$(cat log.vkey)\"");
    return exporting;
}

CLI::App* addShow(CLI::App& ledger, Parsed& parsed) {
    auto* show = command(ledger, "show", "One ticket's story as a timeline; with --why, where a value came from 一张工单的全过程;--why 查字段来历",
                         parsed, [&] {
                             if (parsed.why_field.field.empty()) return showTicket(parsed.options, parsed.ticket_no);
                             return showWhy(parsed.options, parsed.ticket_no, parsed.why_field);
                         });
    show->add_option("ticket_no", parsed.ticket_no, "430200-20190418-0000123-0, or PARTY/NUMBER 或 来源/编号")->required();
    auto* why = show->add_option("--why", parsed.why_field.field,
                                 "FIELD, KIND/FIELD or ext/NAME: from which source path, mapping rule and vocabulary row it came "
                                 "字段:来自哪个来源路径、映射规则与码表行");
    auto* clear = show->add_flag("--clear", parsed.why_field.in_clear, "The value as it is, personal data included; wants --reason 不脱敏,须说明理由");
    auto* reason = show->add_option("--reason", parsed.why_field.reason, "Why you look; it stays in the ledger 查看理由,记入账本");
    clear->needs(why)->needs(reason);
    show->footer(
        "Of a record with several versions each line says which it is, and by which entry it was superseded.\n"
        "同一记录有多个版本时,逐行注明版次及被哪一条目取代。\n"
        "--why adapts the raw item once more with the version that made the record, which the ledger keeps, and says so where it\n"
        "can't be told any more. Values are masked; --clear shows them, and an entry of the ledger says who looked and why.\n"
        "--why 以制作该记录的适配器版本重新适配原文;不能查明时会说明原因。值已脱敏,--clear 显示原值并记入账本。\n"
        "Examples 示例:\n  yht ledger show 430200-20190418-0000123-0\n  yht ledger show zz-12315/A-77 --json\n"
        "  yht ledger show 430200-20190418-0000123-0 --why appeal/appeal_type\n"
        "  yht ledger show zz-110/J-5 --why caller_phone --clear --reason \"citizen asked which number we have\"\n"
        "Exit codes 退出码: 0 told, 3 some value's origin can't be told, 65 no such ticket or field.");
    return show;
}

void addLedger(CLI::App& top, Parsed& parsed) {
    auto* ledger = top.add_subcommand("ledger", "Look into the ledger and check it 查看与校验账本");
    ledger->require_subcommand(1);
    auto* show = addShow(*ledger, parsed);
    auto* verify = command(*ledger, "verify", "Recompute every hash, proof and signature 全部重算校验", parsed,
                           [&] { return verifyLedgerCommand(parsed.options); });
    auto* follow = command(*ledger, "follow", "Entries as they are committed 实时跟踪", parsed,
                           [&] { return followLedger(parsed.options, parsed.after, parsed.idle_s); });
    follow->add_option("--after", parsed.after, "Begin after this sequence number 从此序号之后开始");
    follow->add_option("--idle-s", parsed.idle_s, "End after so many seconds without an entry 空闲多少秒后结束");
    auto* checkpoint = command(*ledger, "checkpoint", "The newest checkpoint and the key to check it 最新检查点", parsed,
                               [&] { return showCheckpoint(parsed.options); });
    auto* exporting = addExport(*ledger, parsed);
    for (auto* one : {show, verify, follow, checkpoint}) addTrial(one, parsed);
    for (auto* one : {show, verify, follow, checkpoint, exporting}) {
        addConfig(one, parsed);
        addJson(one, parsed);
    }
    addLedgerUpkeep(*ledger, parsed.options, parsed.run);
}

void addFind(CLI::App& tickets, Parsed& parsed) {
    auto* find = command(tickets, "find", "Which tickets name a telephone number 按电话号码查工单", parsed,
                         [&] { return findPhoneCommand(parsed.options, parsed.what, parsed.why); });
    find->add_option("--phone", parsed.what, "The number, however it is written 电话号码,写法不限")->required();
    find->add_option("--why", parsed.why, "The reason; it stays in the ledger: no personal data 理由,记入账本,勿含个人信息")->required();
    addConfig(find, parsed);
    addJson(find, parsed);
    find->footer("Numbers of callers, of those to call back and of the accused are found; without its area code a local number is\n"
                 "another number. An entry of the ledger says who looked and why, and holds a keyed digest in place of the number.\n"
                 "可查来电、联系与被反映对象电话;不带区号的本地号码视为另一号码。查询人与理由记入账本,号码以密钥摘要代替。\n"
                 "Examples 示例:\n  yht tickets find --phone 13812345678 --why \"citizen asks what became of it\"\n"
                 "  yht tickets find --phone \"0731-8888 1234\" --why \"request 2019-12\" --json\n"
                 "Exit codes 退出码: 0 told, also where there is none, 65 no number, 75 a second person is wanted,\n"
                 "77 not permitted to this operator.");
}

void addFlow(CLI::App& top, Parsed& parsed) {
    auto* tickets = top.add_subcommand("tickets", "Tickets with state, uploads and what is open 工单一览");
    // CLI11 runs a command's callback after those of its subcommands.
    tickets->callback([&parsed, tickets] {
        if (!tickets->get_subcommands().empty()) return;
        parsed.run = [&parsed] { return listTickets(parsed.options, parsed.unsettled, parsed.limit); };
    });
    addCorrection(*tickets, parsed.options, parsed.run);
    addFind(*tickets, parsed);
    tickets->add_flag("--unsettled", parsed.unsettled,
                      "Only those not answered or not wholly delivered; exit code 3 where there is one 仅未办结或未送达的");
    tickets->add_option("--limit", parsed.limit, "At most so many 最多条数")->capture_default_str()->check(CLI::Range(1, 1'000'000));
    auto* status = command(top, "status", "Everything that matters on one screen; exit code 3 where there is trouble 运行概况",
                           parsed, [&] { return showStatus(parsed.options); });
    addTrial(tickets, parsed);
    for (auto* one : {tickets, status}) {
        addConfig(one, parsed);
        addJson(one, parsed);
    }
}

void addDecision(CLI::App& deliveries, Parsed& parsed, const char* verb, const char* text,
                 delivery::RowDecision decision) {
    auto* one = command(deliveries, verb, text, parsed, [&parsed, decision] {
        parsed.decision.decision = decision;
        return decideDelivery(parsed.options, parsed.decision);
    });
    one->add_option("destination", parsed.decision.destination, "Destination 对端")->required();
    one->add_option("seq", parsed.decision.seq, "Number of the record's entry 记录的账本序号")->required();
    one->add_option("--why", parsed.decision.why, "The reason; it stays in the ledger 理由,记入账本")->required();
    one->fallthrough();
    one->footer("The decision, your account and the reason become an entry of the ledger. The running gateway is asked\n"
                "over its control socket; with none running the command writes the ledger itself.\n"
                "处置、操作账号与理由记入账本。网关运行时经控制套接字执行,未运行时由本命令直接写入账本。\n"
                "Example 示例:\n"
                "  yht deliveries " + std::string(verb) + " province-zz 1042 --why \"2019-04-18 telephone call with the province\"");
}

void addDeliveries(CLI::App& top, Parsed& parsed) {
    auto* deliveries = top.add_subcommand("deliveries",
                                          "Backlog, age, rate, errors and dead letters per destination 送达情况");
    // CLI11 runs a command's callback after those of its subcommands.
    deliveries->callback([&parsed, deliveries] {
        if (deliveries->get_subcommands().empty()) parsed.run = [&parsed] { return listDeliveries(parsed.options); };
    });
    addConfig(deliveries, parsed);
    addJson(deliveries, parsed);
    addTrial(deliveries, parsed);
    deliveries->footer("Examples 示例:\n  yht deliveries\n  yht deliveries list --json\n  yht deliveries list province-zz --state held\n"
                       "  yht deliveries show province-zz 1042\n"
                       "  yht deliveries retry province-zz 1042 --why \"category code added at the province\"");
    auto* list = command(*deliveries, "list", "Deliveries of one state, dead letters by default 按状态列出", parsed,
                         [&] { return listRows(parsed.options, parsed.rows); });
    list->add_option("destination", parsed.rows.destination, "Only this one 仅此对端");
    list->add_option("--state", parsed.rows.state, "dead, held, unknown, in_flight or ready 状态")
        ->capture_default_str()
        ->check(CLI::IsMember({"dead", "held", "unknown", "in_flight", "ready"}));
    list->add_option("--limit", parsed.rows.limit, "At most so many of each destination 每个对端最多条数")
        ->capture_default_str()
        ->check(CLI::Range(1, 100'000));
    list->fallthrough();
    auto* show = command(*deliveries, "show", "One delivery with the far side's field errors 查看一条", parsed,
                         [&] { return showRow(parsed.options, parsed.decision.destination, parsed.decision.seq); });
    show->add_option("destination", parsed.decision.destination, "Destination 对端")->required();
    show->add_option("seq", parsed.decision.seq, "Number of the record's entry 记录的账本序号")->required();
    show->fallthrough();
    show->footer("Example 示例:\n  yht deliveries show province-zz 1042");
    addDecision(*deliveries, parsed, "retry", "Send it again 重新发送", delivery::RowDecision::SendAgain);
    addDecision(*deliveries, parsed, "taken", "The far side has it, as it said by telephone 对端已收",
                delivery::RowDecision::Taken);
    addDecision(*deliveries, parsed, "discard", "Never send it; what depends on it stays held 放弃发送",
                delivery::RowDecision::Discard);
}

void addPartner(CLI::App& top, Parsed& parsed) {
    auto* partner = top.add_subcommand("partner", "Partners 对接方");
    partner->require_subcommand(1);
    auto* report = command(*partner, "report", "Which cases of joint test it has passed, and when 联调报告", parsed,
                           [&] { return reportPartner(parsed.options, parsed.what); });
    report->add_option("partner", parsed.what, "Id in partners.yaml 对接方标识")->required();
    addConfig(report, parsed);
    addJson(report, parsed);
    report->footer("Exit code 3 where a required case is missing. 必测项未全部通过时退出码为 3。\n"
                   "Examples 示例:\n  yht partner report water-430200\n  yht partner report water-430200 --json");
}

void addReference(CLI::App& top, Parsed& parsed) {
    auto* schema = top.add_subcommand("schema", "What partners build against 对接规范");
    schema->require_subcommand(1);
    command(*schema, "json", "JSON Schema 2020-12 of every record kind 记录的 JSON Schema", parsed, [] { return printSchema("json", ""); });
    command(*schema, "docs", "Reference page of fields and codes 字段与代码参考", parsed, [] { return printSchema("docs", ""); });
    command(*schema, "spec", "The whole specification as one HTML page 《接口规范》全文", parsed, [] { return printSchema("spec", ""); });
    command(*schema, "openapi", "OpenAPI 3.1 of the partner listener 接口描述文件", parsed, [] { return printSchema("openapi", ""); });
    command(*schema, "xsd", "XML Schema of records and SOAP operations 记录与 SOAP 操作的 XML Schema", parsed, [] { return printSchema("xsd", ""); });
    command(*schema, "wsdl", "WSDL 1.1 of the SOAP door; a running gateway gives it with its own address at /soap/v1?wsdl SOAP 服务描述", parsed,
            [] { return printSchema("wsdl", ""); });
    auto* codes = command(*schema, "codes", "Code lists with their dates, as JSON 代码表", parsed,
                          [&] { return printSchema("codes", parsed.list); });
    codes->add_option("list", parsed.list, "One list; all where left out 代码表名称,省略则全部");

    auto* config = top.add_subcommand("config", "Configuration 配置");
    config->require_subcommand(1);
    command(*config, "reference", "Every key with type, unit, default and range 全部配置项", parsed, [] { return printConfigReference(); });
    auto* check = command(*config, "check", "Check a deployment directory 检查部署目录", parsed, [&] { return checkConfig(parsed.options); });
    addConfig(check, parsed);
    check->footer("A pulled source that no partner owns is named on standard error: it would be blocked, everything else runs.\n"
                  "无对接方代表的取数来源在标准错误输出中列出:该来源受阻,其余照常运行。");
    auto* diff = command(*config, "diff", "What differs from the bundle in force; exit code 3 where something does 与生效配置的差异",
                         parsed, [&] { return diffConfig(parsed.options); });
    auto* apply = command(*config, "apply", "Check, show what differs, have the running gateway take it into use 检查并使配置生效",
                          parsed, [&] { return applyConfig(parsed.options, parsed.why); });
    for (auto* one : {diff, apply}) {
        addConfig(one, parsed);
        addJson(one, parsed);
    }
    addWhy(*apply, parsed.why);
    apply->footer("Examples 示例:\n  yht config diff\n  yht config apply --why \"12315 has a new certificate\"");

    auto* reload = command(top, "reload", "The running gateway reads partners, sources and certificates again 重新加载对接方与证书",
                           parsed, [&] { return reloadGateway(parsed.options, parsed.why); });
    addConfig(reload, parsed);
    addJson(reload, parsed);
    addWhy(*reload, parsed.why);
    reload->footer("Example 示例:\n  yht reload --why \"certificate of 12315 renewed\"");

    auto* clock = top.add_subcommand("clock", "The gateway's clock 时钟");
    clock->require_subcommand(1);
    auto* confirm = command(*clock, "confirm", "It is right as it is now, although the ledger has later times 确认当前时钟正确",
                            parsed, [&] { return confirmClockCommand(parsed.options, parsed.why); });
    addConfig(confirm, parsed);
    addJson(confirm, parsed);
    addWhy(*confirm, parsed.why);
    confirm->footer("After the clock had run ahead for a while and was set right, signed requests get 503 server.clock_wrong until\n"
                    "somebody says which of the two times was the wrong one. 时钟曾超前、现已校正时使用。\n"
                    "Example 示例:\n  yht clock confirm --why \"NTP server sent a wrong day, set right at 10:12\"");

    auto* errors = command(top, "errors", "Every error code with status and retry class 错误码表", parsed,
                           [&] { return printErrors(parsed.options.json); });
    addJson(errors, parsed);
}

void addHelp(CLI::App& top, Parsed& parsed) {
    const auto printed = [&top](std::string (*made)(const CLI::App&)) {
        return [&top, made] {
            std::cout << made(top);
            return static_cast<int>(kExitOk);
        };
    };
    auto* completion = command(top, "completion", "Shell completion 命令补全", parsed, printed(bashCompletion));
    completion->footer("Example 示例:\n  yht completion > /usr/share/bash-completion/completions/yht");
    command(top, "man", "The manual page 手册页", parsed, printed(manualPage))->footer("Example 示例:\n  yht man | man -l -");
}

/// What there is to parse. References must outlive `top`.
void addCommands(CLI::App& top, Parsed& parsed, const std::function<int(const std::string&)>& serve) {
    top.require_subcommand(1);
    top.set_version_flag("--version", YHT_VERSION);
    top.footer(kExamples);
    parsed.options.directory = "/etc/yihaotong";
    auto* serving = command(top, "serve", "Run the gateway 运行网关", parsed, [&] { return serve(parsed.options.directory); });
    addConfig(serving, parsed);
    addLedger(top, parsed);
    addFlow(top, parsed);
    addDeliveries(top, parsed);
    addPartner(top, parsed);
    addQuarantine(top, parsed.options, parsed.run);
    addAttachments(top, parsed.options, parsed.run);
    addHistory(top, parsed.options, parsed.run);
    addSources(top, parsed.options, parsed.run);
    addApprovals(top, parsed.options, parsed.run);
    addAdapters(top, parsed.run);
    addCerts(top, parsed.run);
    addCertsLive(top, parsed.options, parsed.run);
    addReference(top, parsed);
    addHelp(top, parsed);
}

}  // namespace

int runCommandLine(int argc, char** argv, const std::function<int(const std::string&)>& serve) {
    CLI::App top{kTop, "yht"};
    Parsed parsed;
    addCommands(top, parsed, serve);
    try {
        top.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        // --help and --version come this way too, with code 0.
        return top.exit(error) == 0 ? kExitOk : kExitUsage;
    }
    return parsed.run();
}

std::string commandLineFault(std::vector<std::string> words) {
    CLI::App top{kTop, "yht"};
    Parsed parsed;
    const std::function<int(const std::string&)> nothing;
    addCommands(top, parsed, nothing);
    std::reverse(words.begin(), words.end());  // CLI11 takes them from the end
    try {
        top.parse(std::move(words));
    } catch (const CLI::ParseError& error) {
        return error.get_exit_code() == 0 ? "" : error.what();
    }
    return "";
}

}  // namespace yht::app

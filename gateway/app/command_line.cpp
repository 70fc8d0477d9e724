#include "gateway/app/command_line.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <memory>

#include "gateway/app/command_line_adapters.h"
#include "gateway/app/command_line_approvals.h"
#include "gateway/app/command_line_attachments.h"
#include "gateway/app/command_line_certs.h"
#include "gateway/app/command_line_config.h"
#include "gateway/app/command_line_deliveries.h"
#include "gateway/app/command_line_family.h"
#include "gateway/app/command_line_history.h"
#include "gateway/app/command_line_ledger.h"
#include "gateway/app/command_line_quarantine.h"
#include "gateway/app/command_line_reference.h"
#include "gateway/app/command_line_sources.h"
#include "gateway/app/commands_certs_live.h"

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

struct TicketsGiven {
    std::string phone, why;
    std::size_t limit = 50;
    bool unsettled = false;
};
using SharedTickets = std::shared_ptr<TicketsGiven>;

void addServe(CLI::App& top, CommandOptions& options, std::function<int()>& run, const ServeFunction& serve) {
    auto* serving = top.add_subcommand("serve", "Run the gateway 运行网关");
    serving->callback([&options, &run, serve] { run = [&options, serve] { return serve(options.directory); }; });
    addDeployment(*serving, options.directory);
    serving->footer("Reads the deployment directory, listens, and runs until SIGTERM; SIGHUP does what yht reload does.\n"
                    "读取部署目录后监听,直至 SIGTERM;SIGHUP 等同 yht reload。\n"
                    "Examples 示例:\n  yht serve --config /etc/yihaotong\n  YHT_CONFIG=/etc/yihaotong yht serve\n"
                    "Exit codes 退出码: 0 it was stopped, 69 another gateway has the ledger, 78 the configuration is wrong.");
}

void addFind(CommandFamily& tickets, CommandOptions& options, const SharedTickets& given) {
    auto* find = tickets.add(
        "find", "Which tickets name a telephone number 按电话号码查工单",
        [given, &options] { return findPhoneCommand(options, given->phone, given->why); },
        "Numbers of callers, of those to call back and of the accused are found; without its area code a local number is\n"
        "another number. An entry of the ledger says who looked and why, and holds a keyed digest in place of the number.\n"
        "可查来电、联系与被反映对象电话;不带区号的本地号码视为另一号码。查询人与理由记入账本,号码以密钥摘要代替。\n"
        "Examples 示例:\n  yht tickets find --phone 13812345678 --why \"citizen asks what became of it\"\n"
        "  yht tickets find --phone \"0731-8888 1234\" --why \"request 2019-12\" --json\n"
        "Exit codes 退出码: 0 told, also where there is none, 65 no number, 75 a second person is wanted,\n"
        "77 not permitted to this operator.");
    find->add_option("--phone", given->phone, "The number, however it is written 电话号码,写法不限")->required();
    addWhy(*find, given->why)->required();
}

void addTickets(CLI::App& top, CommandOptions& options, std::function<int()>& run) {
    const auto given = std::make_shared<TicketsGiven>();
    auto* tickets = CommandFamily(top, options, run).add(
        "tickets", "Tickets with state, uploads and what is open 工单一览",
        [given, &options] { return listTickets(options, given->unsettled, given->limit); },
        "Examples 示例:\n  yht tickets\n  yht tickets --unsettled --limit 200\n  yht tickets --json\n"
        "Exit codes 退出码: 0 told, 3 with --unsettled: there is one.");
    tickets->add_flag("--unsettled", given->unsettled,
                      "Only those not answered or not wholly delivered; exit code 3 where there is one 仅未办结或未送达的");
    tickets->add_option("--limit", given->limit, "At most so many 最多条数")->capture_default_str()->check(CLI::Range(1, 1'000'000));
    addTrial(*tickets, options.trial);
    addCorrection(*tickets, options, run);
    CommandFamily commands(*tickets, options, run);
    addFind(commands, options, given);
}

void addStatus(CLI::App& top, CommandOptions& options, std::function<int()>& run) {
    CommandFamily(top, options, run).add(
        "status", "Everything that matters on one screen; exit code 3 where there is trouble 运行概况",
        [&options] { return showStatus(options); },
        "Examples 示例:\n  yht status\n  yht status --json\nExit codes 退出码: 0 all is well, 3 something has to be looked at.");
}

void addPartner(CLI::App& top, CommandOptions& options, std::function<int()>& run) {
    auto* partner = top.add_subcommand("partner", "Partners 对接方");
    partner->require_subcommand(1);
    partner->footer("Example 示例:\n  yht partner report water-430200");
    const auto id = std::make_shared<std::string>();
    CommandFamily(*partner, options, run)
        .add("report", "Which cases of joint test it has passed, and when 联调报告", [id, &options] { return reportPartner(options, *id); },
             "Exit code 3 where a required case is missing. 必测项未全部通过时退出码为 3。\n"
             "Examples 示例:\n  yht partner report water-430200\n  yht partner report water-430200 --json")
        ->add_option("partner", *id, "Id in partners.yaml 对接方标识")
        ->required();
}

}  // namespace

void describeCommands(CLI::App& top, CommandOptions& options, std::function<int()>& run, const ServeFunction& serve) {
    options.directory = fromEnvironment(kDeploymentVariable, "/etc/yihaotong");
    top.description(kTop);
    top.name("yht");
    top.require_subcommand(1);
    top.set_version_flag("--version", YHT_VERSION);
    top.footer(kExamples);
    addServe(top, options, run, serve);
    addLedger(top, options, run);
    addTickets(top, options, run);
    addStatus(top, options, run);
    addDeliveries(top, options, run);
    addPartner(top, options, run);
    addQuarantine(top, options, run);
    addAttachments(top, options, run);
    addHistory(top, options, run);
    addSources(top, options, run);
    addApprovals(top, options, run);
    addAdapters(top, run);
    addCerts(top, run);
    addCertsLive(top, options, run);
    addReference(top, options, run);
    addConfig(top, options, run);
    addPages(top, options, run);
}

int runCommandLine(int argc, char** argv, const ServeFunction& serve) {
    CLI::App top;
    CommandOptions options;
    std::function<int()> run;
    describeCommands(top, options, run, serve);
    try {
        top.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        // --help and --version come this way too, with code 0.
        return top.exit(error) == 0 ? kExitOk : kExitUsage;
    }
    return run();
}

std::string commandLineFault(std::vector<std::string> words) {
    CLI::App top;
    CommandOptions options;
    std::function<int()> run;
    describeCommands(top, options, run, {});
    std::reverse(words.begin(), words.end());  // CLI11 takes them from the end
    try {
        top.parse(std::move(words));
    } catch (const CLI::ParseError& error) {
        return error.get_exit_code() == 0 ? "" : error.what();
    }
    return "";
}

}  // namespace yht::app

#include "gateway/app/command_line_deliveries.h"

#include <memory>

#include "gateway/app/command_line_family.h"

namespace yht::app {
namespace {

struct DeliveriesGiven {
    RowFilter rows{.destination = "", .state = "dead"};
    DecisionLine decision;
};
using SharedDeliveries = std::shared_ptr<DeliveriesGiven>;

void addRow(CLI::App& command, const SharedDeliveries& given) {
    command.add_option("destination", given->decision.destination, "Destination 对端")->required();
    command.add_option("seq", given->decision.seq, "Number of the record's entry 记录的账本序号")->required();
}

void addLooks(CommandFamily& deliveries, CommandOptions& options, const SharedDeliveries& given) {
    auto* list = deliveries.add(
        "list", "Deliveries of one state, dead letters by default 按状态列出",
        [given, &options] { return listRows(options, given->rows); },
        "Examples 示例:\n  yht deliveries list --json\n  yht deliveries list province-zz --state held\n"
        "  yht deliveries list --state unknown --limit 20");
    list->add_option("destination", given->rows.destination, "Only this one 仅此对端");
    list->add_option("--state", given->rows.state, "dead, held, unknown, in_flight or ready 状态")
        ->capture_default_str()
        ->check(CLI::IsMember({"dead", "held", "unknown", "in_flight", "ready"}));
    list->add_option("--limit", given->rows.limit, "At most so many of each destination 每个对端最多条数")
        ->capture_default_str()
        ->check(CLI::Range(1, 100'000));
    auto* show = deliveries.add(
        "show", "One delivery with the far side's field errors 查看一条",
        [given, &options] { return showRow(options, given->decision.destination, given->decision.seq); },
        "Example 示例:\n  yht deliveries show province-zz 1042");
    addRow(*show, given);
    for (auto* one : {list, show}) addTrial(*one, options.trial);
}

void addDecision(
    CommandFamily& deliveries, CommandOptions& options, const SharedDeliveries& given, const char* verb, const char* text,
    delivery::RowDecision decision
) {
    auto* one = deliveries.add(
        verb, text,
        [given, &options, decision] {
            given->decision.decision = decision;
            return decideDelivery(options, given->decision);
        },
        "The decision, your account and the reason become an entry of the ledger. The running gateway is asked\n"
        "over its control socket; with none running the command writes the ledger itself.\n"
        "处置、操作账号与理由记入账本。网关运行时经控制套接字执行,未运行时由本命令直接写入账本。\n"
        "Example 示例:\n"
        "  yht deliveries " + std::string(verb) + " province-zz 1042 --why \"2019-04-18 telephone call with the province\"");
    addRow(*one, given);
    addWhy(*one, given->decision.why)->required();
    one->fallthrough();  // --trial, so that the refusal can say why there is none
}

}  // namespace

void addDeliveries(CLI::App& top, CommandOptions& options, std::function<int()>& run) {
    const auto given = std::make_shared<DeliveriesGiven>();
    CommandFamily family(top, options, run);
    auto* deliveries = family.add(
        "deliveries", "Backlog, age, rate, errors and dead letters per destination 送达情况", [&options] { return listDeliveries(options); },
        "Examples 示例:\n  yht deliveries\n  yht deliveries list --json\n  yht deliveries list province-zz --state held\n"
        "  yht deliveries show province-zz 1042\n"
        "  yht deliveries retry province-zz 1042 --why \"category code added at the province\"");
    addTrial(*deliveries, options.trial);
    CommandFamily commands(*deliveries, options, run);
    addLooks(commands, options, given);
    addDecision(commands, options, given, "retry", "Send it again 重新发送", delivery::RowDecision::SendAgain);
    addDecision(commands, options, given, "taken", "The far side has it, as it said by telephone 对端已收", delivery::RowDecision::Taken);
    addDecision(commands, options, given, "discard", "Never send it; what depends on it stays held 放弃发送", delivery::RowDecision::Discard);
}

}  // namespace yht::app

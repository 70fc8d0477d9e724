#include "tools/province-sim/judge.h"

#include "tools/province-sim/books.h"

namespace yht::province_sim {

namespace {

using stage::JsonValue;
using stage::textOf;

constexpr std::size_t kEchoBytesMax = 64;
constexpr std::size_t kNumberDigitsMax = 20;

RecordKey keyOf(const JsonValue& record, const Sender& sender) {
    return {
        sender.appid,
        withoutLeadingZeros(textOf(record, "XH")),
        textOf(record, "SJLX"),
        textOf(record, "GDBH"),
        textOf(record, "LYBS"),
        textOf(record, "JLBH"),
        withoutLeadingZeros(textOf(record, "BBH"))};
}

Judgement refuse(Judgement judgement, const char* code, std::string message) {
    judgement.code = code;
    judgement.message = std::move(message);
    return judgement;
}

Judgement refuseFields(Judgement judgement, std::vector<FieldFault> faults) {
    judgement.code = faults.front().code;
    judgement.message = faults.front().message;
    judgement.faults = std::move(faults);
    return judgement;
}

Judgement refuseByCommand(Judgement judgement, const stage::Refusal& refusal) {
    const std::string code = refusal.code.empty() ? "2002" : refusal.code;
    if (code.front() != '2') return refuse(std::move(judgement), code.c_str(), "演示拒收");
    return refuseFields(std::move(judgement), {{refusal.field, code, "演示拒收"}});
}

Judgement echo(const JsonValue& record) {
    Judgement judgement;
    judgement.number = textOf(record, "XH").substr(0, kEchoBytesMax);
    judgement.ticket = textOf(record, "GDBH").substr(0, kEchoBytesMax);
    return judgement;
}

Judgement decide(
    Judgement judgement, const JsonValue& record, const Sender& sender,
    const std::string& message_id, Store& store, stage::Misbehaviour& misbehaviour,
    base::UnixMillis now_ms
) {
    const RecordKey key = keyOf(record, sender);
    if (isNumber(textOf(record, "XH"), kNumberDigitsMax) && wasTaken(key, store))
        return refuse(std::move(judgement), "3001", "重复");
    if (auto faults = checkRecord(record, sender.reporting_unit); !faults.empty())
        return refuseFields(std::move(judgement), std::move(faults));
    if (const auto refusal = misbehaviour.nextRefusal(record))
        return refuseByCommand(std::move(judgement), *refusal);
    if (isOlder(key, store)) return refuse(std::move(judgement), "3004", "版本过旧");
    if (const std::string what = missing(key, store); !what.empty())
        return refuse(std::move(judgement), "3002", what);
    store.put(key, textOf(record, "BLFS"), message_id, stage::jsonText(record), now_ms);
    judgement.code = "0";
    judgement.message = "成功";
    return judgement;
}

}  // namespace

const Language& language() {
    static const Language words{
        .appeal = "SQ",
        .result = "JG",
        .visit = "HF",
        .free_kinds = {"SQ", "DH", "YN"},
        .ways_without_handler = {"01", "02", "10"},
        .ticket_prefix = "XS",
        .receipt_prefix = "HZ"};
    return words;
}

Judgement judgeRecord(
    const JsonValue& record, const Sender& sender, const std::string& message_id, Store& store,
    stage::Misbehaviour& misbehaviour, base::UnixMillis now_ms
) {
    Judgement judgement =
        decide(echo(record), record, sender, message_id, store, misbehaviour, now_ms);
    judgement.province_number = store.ticket(judgement.ticket).province_number;
    if (judgement.code != "0" && judgement.code != "3001") store.count("refused");
    return judgement;
}

Judgement judgeQuery(const JsonValue& item, const Sender& sender, Store& store) {
    Judgement judgement = echo(item);
    for (const char* name : {"XH", "SJLX", "LYBS", "JLBH", "BBH"})
        if (textOf(item, name).empty()) judgement.faults.push_back({name, "2001", "缺必填字段"});
    if (!judgement.faults.empty()) return refuseFields(judgement, judgement.faults);
    const auto taken = store.findTaken(sender.appid, withoutLeadingZeros(judgement.number));
    if (!taken) return refuse(std::move(judgement), "3005", "没有收到");
    judgement.ticket = taken->key.ticket;
    judgement.province_number = store.ticket(judgement.ticket).province_number;
    judgement.code = "0";
    judgement.message = "已收妥";
    return judgement;
}

}  // namespace yht::province_sim

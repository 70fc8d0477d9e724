#include "tools/province-sim/judge.h"

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

bool sameIdentity(const RecordKey& a, const RecordKey& b) {
    return a.kind == b.kind && a.source == b.source && a.ref == b.ref;
}

/// An XH or an identity that turns up under another name: nothing is refused for it, but the fault
/// tests look.
void noteCrossing(const RecordKey& now, const RecordKey& before, Store& store) {
    if (!sameIdentity(now, before) || now.ticket != before.ticket) store.count("crossed");
}

bool olderThan(const RecordKey& a, const RecordKey& b) {
    if (numberLess(a.version, b.version)) return true;
    return a.version == b.version && numberLess(a.number, b.number);
}

/// "" where everything it stands on is here.
std::string missing(const RecordKey& key, Store& store) {
    if (key.kind == "SQ" || key.kind == "DH" || key.kind == "YN") return {};
    const TicketRow ticket = store.ticket(key.ticket);
    if (!ticket.has_appeal) return "工单诉求未收妥";
    const std::string& way = ticket.handling_way;
    const bool nobody_handles = way == "01" || way == "02" || way == "10";
    if (key.kind == "HF" && !ticket.has_result && !nobody_handles) return "办理结果未收妥";
    return {};
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
    if (isNumber(textOf(record, "XH"), kNumberDigitsMax)) {
        if (const auto taken = store.findTaken(sender.appid, key.number)) {
            noteCrossing(key, taken->key, store);
            store.count("duplicates");
            return refuse(std::move(judgement), "3001", "重复");
        }
    }
    if (auto faults = checkRecord(record, sender.reporting_unit); !faults.empty())
        return refuseFields(std::move(judgement), std::move(faults));
    if (const auto refusal = misbehaviour.nextRefusal(record))
        return refuseByCommand(std::move(judgement), *refusal);
    if (const auto held = store.findHeld(key)) {
        noteCrossing(key, held->key, store);
        if (olderThan(key, held->key)) return refuse(std::move(judgement), "3004", "版本过旧");
    }
    if (const std::string what = missing(key, store); !what.empty())
        return refuse(std::move(judgement), "3002", what);
    store.put(key, textOf(record, "BLFS"), message_id, stage::jsonText(record), now_ms);
    judgement.code = "0";
    judgement.message = "成功";
    return judgement;
}

}  // namespace

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

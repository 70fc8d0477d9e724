#include "tools/speaker/acknowledgement.h"

#include <charconv>

#include "gateway/crypto/digest.h"
#include "gateway/ledger/format/receipt.h"
#include "gateway/ticket/record_json.h"

namespace yht::speaker {

namespace {

using json::textMember;

/// What the ledger must have committed to: the record in canonical form, as its sender reads it.
base::Result<std::string> payloadOf(const rapidjson::Value& record) {
    const auto read = ticket::readRecord(record);
    if (!read) return read.error();
    return ticket::canonicalText(*read);
}

void checkReceipt(
    Acknowledgement& ack, const rapidjson::Value& item, const rapidjson::Value& record,
    const LogKey* log_key
) {
    const auto found = item.FindMember("receipt");
    if (found == item.MemberEnd()) {
        ack.problem = "no receipt";
        return;
    }
    const auto receipt = ledger::decodeReceipt(json::write(found->value));
    if (!receipt) {
        ack.problem = base::describe(receipt.error());
        return;
    }
    ack.receipt_digest = base::toHex(crypto::sha256(ledger::encodeReceipt(*receipt)));
    if (log_key == nullptr) return;
    const auto payload = payloadOf(record);
    if (!payload) {
        ack.problem = base::describe(payload.error());
        return;
    }
    const bool same =
        std::to_string(receipt->seq) == ack.seq && receipt->ticket_no == ack.ticket_no;
    const auto status = ledger::verifyReceipt(*receipt, log_key->name, log_key->key, &*payload);
    ack.verified = status.ok() && same;
    if (!status)
        ack.problem = base::describe(status.error());
    else if (!same)
        ack.problem = "the receipt is another entry's";
}

void readProblem(Acknowledgement& ack, const rapidjson::Value& problem) {
    ack.verdict = "refused";
    ack.problem = textMember(problem, "code");
    const auto errors = problem.FindMember("errors");
    if (errors == problem.MemberEnd() || !errors->value.IsArray()) return;
    for (const auto& error : errors->value.GetArray())
        if (error.IsObject())
            ack.problem_fields.push_back(
                textMember(error, "pointer") + " " + textMember(error, "code")
            );
}

Acknowledgement readItem(
    int status, const rapidjson::Value& item, const rapidjson::Value& record, const LogKey* log_key
) {
    Acknowledgement ack;
    ack.source = textMember(record, "source");
    ack.kind = textMember(record, "kind");
    ack.record_ref = textMember(record, "record_ref");
    ack.version = textMember(record, "version");
    ack.status = status;
    ack.verdict = textMember(item, "verdict");
    ack.ticket_no = textMember(item, "ticket_no");
    ack.seq = textMember(item, "seq");
    if (ack.taken()) checkReceipt(ack, item, record, log_key);
    return ack;
}

int statusMember(const rapidjson::Value& item) {
    const std::string text = textMember(item, "status");
    int status = 0;
    std::from_chars(text.data(), text.data() + text.size(), status);
    return status;
}

}  // namespace

base::Result<LogKey> readLogKey(std::string text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
    auto parsed = ledger::parseVerifierKey(text);
    if (!parsed) return std::move(parsed).error();
    return LogKey{std::move(parsed->first), std::move(parsed->second)};
}

std::optional<std::vector<Acknowledgement>> readAnswer(
    int status, const std::string& body, const std::vector<std::string>& records, bool as_array,
    const LogKey* log_key
) {
    const auto answer = json::parse(body);
    if (!answer || !answer->IsObject()) return std::nullopt;
    const auto items = answer->FindMember("items");
    const bool array_answered = items != answer->MemberEnd() && items->value.IsArray();
    // A refusal of the whole speaks for every record of it.
    const bool whole = status != 200 && status != 201;
    if (!whole && as_array && (!array_answered || items->value.Size() != records.size()))
        return std::nullopt;
    std::vector<Acknowledgement> acknowledgements;
    for (std::size_t i = 0; i < records.size(); ++i) {
        const auto record = json::parse(records[i]);
        if (!record || !record->IsObject()) return std::nullopt;
        const rapidjson::Value& item =
            as_array && !whole ? items->value[static_cast<rapidjson::SizeType>(i)] : *answer;
        if (!item.IsObject()) return std::nullopt;
        auto ack =
            readItem(as_array && !whole ? statusMember(item) : status, item, *record, log_key);
        if (!ack.taken()) {
            const auto problem = item.FindMember("problem");
            readProblem(
                ack,
                problem != item.MemberEnd() && problem->value.IsObject() ? problem->value : item
            );
        }
        acknowledgements.push_back(std::move(ack));
    }
    return acknowledgements;
}

}  // namespace yht::speaker

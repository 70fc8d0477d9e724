// Answers to submitted records.
//   one record  201 or 200: {"ticket_no","seq":"7","verdict":"created","duplicate":false,"receipt":{}}
//               refused: its problem document, with its own status
//   an array    200: {"items":[{"status":201, …as above}, {"status":422,"problem":{}}…]}, in the
//               order of the body; a refusal of the whole submission (signature, JSON, too many
//               items, disk) is a problem document
// Each receipt stands whole, also where the records of one array share a checkpoint: it is, byte
// for byte, what GET /v1/receipts/{seq} answers, and can be kept apart from the others.
#include "gateway/intake/http/handlers.h"
#include "gateway/intake/http/problem.h"

namespace yht::http {

namespace {

using intake::ItemAnswer;
using intake::ItemVerdict;

const char* verdictName(ItemVerdict verdict) {
    switch (verdict) {
        case ItemVerdict::Created:
            return "created";
        case ItemVerdict::Stale:
            return "stale";
        case ItemVerdict::Duplicate:
            return "duplicate";
        case ItemVerdict::Refused:
            return "refused";
    }
    YHT_ASSERT(false);
}

int statusOf(const ItemAnswer& item) {
    if (item.verdict == ItemVerdict::Refused) return item.error->row().http_status;
    return item.verdict == ItemVerdict::Duplicate ? 200 : 201;
}

void writeAccepted(JsonWriter& out, const ItemAnswer& item) {
    json::writeText(out, "ticket_no", item.ticket_no);
    writeSeq(out, "seq", item.seq);
    json::writeText(out, "verdict", verdictName(item.verdict));
    out.Key("duplicate");
    out.Bool(item.verdict == ItemVerdict::Duplicate);
    const std::string receipt = ledger::encodeReceipt(*item.receipt);
    out.Key("receipt");
    out.RawValue(receipt.data(), receipt.size(), rapidjson::kObjectType);
}

void writeItem(JsonWriter& out, const ItemAnswer& item) {
    out.StartObject();
    out.Key("status");
    out.Int(statusOf(item));
    if (item.verdict == ItemVerdict::Refused) {
        out.Key("problem");
        writeProblem(out, *item.error);
    } else {
        writeAccepted(out, item);
    }
    out.EndObject();
}

}  // namespace

Answer recordsAnswer(const std::vector<ItemAnswer>& items) {
    rapidjson::StringBuffer text;
    JsonWriter out(text);
    out.StartObject();
    out.Key("items");
    out.StartArray();
    for (const auto& item : items) writeItem(out, item);
    out.EndArray();
    out.EndObject();
    Answer answer = jsonAnswer(text);
    answer.is_receipt = true;
    return answer;
}

base::Result<Answer> submitRecords(Services& services, const Request& request) {
    auto submission = services.admission.submitRecords(*request.message);
    if (!submission) return std::move(submission).error();
    for (const auto& item : submission->items) {
        const bool refused = item.verdict == ItemVerdict::Refused;
        YHT_ASSERT(refused ? item.error.has_value() : item.receipt.has_value());
    }
    if (submission->array) return recordsAnswer(submission->items);
    YHT_ASSERT(submission->items.size() == 1);
    const ItemAnswer& item = submission->items.front();
    if (item.verdict == ItemVerdict::Refused) return *item.error;
    rapidjson::StringBuffer text;
    JsonWriter out(text);
    out.StartObject();
    writeAccepted(out, item);
    out.EndObject();
    Answer answer = jsonAnswer(text, statusOf(item));
    answer.is_receipt = true;
    return answer;
}

}  // namespace yht::http

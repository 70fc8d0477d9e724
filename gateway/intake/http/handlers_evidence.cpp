// What an auditor asks for. Receipts are shown to those whom they concern: the partner whose source
// spoke, and whoever may see the ticket; for anybody else the entry is not there.
#include "gateway/intake/admission/visibility.h"
#include "gateway/intake/http/handlers.h"
#include "gateway/intake/http/problem.h"

namespace yht::http {

namespace {

using base::ErrorCode;

bool concerns(ledger::View& view, const trust::Partner& partner, const ledger::LeafHeader& header) {
    if (partner.speaksFor(header.source) || partner.may(trust::Right::ReadProvince)) return true;
    // A message's leaf names the partner that sent it.
    if (header.type == ledger::EntryType::Message && header.source == partner.id) return true;
    return !header.ticket_no.empty() && intake::maySee(view, partner, header.ticket_no);
}

void writePath(JsonWriter& out, const std::vector<base::Bytes>& path) {
    out.Key("path");
    out.StartArray();
    for (const auto& hash : path) {
        const std::string text = base::toBase64(hash);
        out.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
    }
    out.EndArray();
}

}  // namespace

base::Result<Answer> getReceipt(Services& services, const Request& request) {
    const std::string& text = request.path.at("seq");
    const bool digits = !text.empty() && text.size() <= 19 &&
                        text.find_first_not_of("0123456789") == std::string::npos;
    if (!digits) return base::makeError(ErrorCode::NotFound);
    auto snapshot = services.store.snapshot();
    if (!snapshot) return std::move(snapshot).error();
    auto leaf = (*snapshot)->leaf(std::stoull(text));
    if (!leaf) return std::move(leaf).error();
    if (!concerns(**snapshot, request.partner(), leaf->header))
        return base::makeError(ErrorCode::NotFound);
    auto receipt = (*snapshot)->receipt(leaf->header.seq);
    if (!receipt) return std::move(receipt).error();
    Answer answer;
    answer.body = ledger::encodeReceipt(*receipt);
    answer.is_receipt = true;
    return answer;
}

base::Result<Answer> getCheckpoint(Services& services, const Request&) {
    auto snapshot = services.store.snapshot();
    if (!snapshot) return std::move(snapshot).error();
    auto note = (*snapshot)->checkpoint();
    if (!note) return base::makeError(ErrorCode::NotFound, "the ledger is empty");
    Answer answer;
    answer.content_type = "text/plain; charset=utf-8";
    answer.body = std::move(*note);
    answer.is_receipt = true;  // signed by the log key already
    return answer;
}

base::Result<Answer> getProof(Services& services, const Request& request) {
    auto snapshot = services.store.snapshot();
    if (!snapshot) return std::move(snapshot).error();
    const std::uint64_t last = (*snapshot)->lastSeq();
    const bool inclusion = request.query.contains("seq");
    if (inclusion == request.query.contains("first")) {
        return base::makePublicError(
            ErrorCode::ParameterInvalid, "Give seq (inclusion) or first (consistency), and size.",
            "请给出 seq(包含证明)或 first(一致性证明),以及 size。"
        );
    }
    auto size = numberParameter(request, "size", last, 1, last);
    if (!size) return std::move(size).error();
    const char* name = inclusion ? "seq" : "first";
    auto from = numberParameter(request, name, 0, 1, *size);
    if (!from) return std::move(from).error();
    auto path = inclusion ? (*snapshot)->inclusionProof(*from, *size)
                          : (*snapshot)->consistencyProof(*from, *size);
    if (!path) return std::move(path).error();
    rapidjson::StringBuffer text;
    JsonWriter out(text);
    out.StartObject();
    writeSeq(out, name, *from);
    writeSeq(out, "size", *size);
    writePath(out, *path);
    out.EndObject();
    return jsonAnswer(text);
}

}  // namespace yht::http

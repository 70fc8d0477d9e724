#include "gateway/intake/http/problem.h"

#include "gateway/base/time_text.h"

namespace yht::http {

namespace {

const char* retryName(base::Retry retry) {
    switch (retry) {
        case base::Retry::Never:
            return "never";
        case base::Retry::Fixed:
            return "fixed";
        case base::Retry::Later:
            return "later";
    }
    YHT_ASSERT(false);
}

void writeFieldError(JsonWriter& out, const base::FieldError& field) {
    out.StartObject();
    writeText(out, "pointer", field.pointer);
    writeText(out, "code", field.code);
    writeText(out, "limit", field.limit);
    writeText(out, "en", field.en);
    writeText(out, "zh", field.zh);
    out.EndObject();
}

bool isSignatureRefusal(const base::ErrorRow& row) {
    return row.http_status == 401 && std::string_view(row.wire).starts_with("signature.");
}

}  // namespace

void writeText(JsonWriter& out, const char* name, std::string_view value) {
    out.Key(name);
    out.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
}

void writeSeq(JsonWriter& out, const char* name, std::uint64_t value) {
    writeText(out, name, std::to_string(value));
}

void writeTime(JsonWriter& out, const char* name, base::UnixMillis time_ms) {
    if (time_ms != 0) return writeText(out, name, base::formatRfc3339(time_ms));
    out.Key(name);
    out.Null();
}

void writeProblem(JsonWriter& out, const base::Error& error) {
    const auto& row = error.row();
    out.StartObject();
    writeText(out, "type", std::string("urn:yht:error:") + row.wire);
    writeText(out, "title", row.en);
    writeText(out, "title_zh", row.zh);
    out.Key("status");
    out.Int(row.http_status);
    writeText(out, "detail", error.public_en.empty() ? row.en : error.public_en);
    writeText(out, "detail_zh", error.public_zh.empty() ? row.zh : error.public_zh);
    writeText(out, "code", row.wire);
    writeText(out, "retry", retryName(row.retry));
    if (!error.fields.empty()) {
        out.Key("errors");
        out.StartArray();
        for (const auto& field : error.fields) writeFieldError(out, field);
        out.EndArray();
    }
    if (!error.signature_base.empty()) writeText(out, "signature_base", error.signature_base);
    out.EndObject();
}

Answer problemAnswer(const base::Error& error) {
    rapidjson::StringBuffer text;
    JsonWriter out(text);
    writeProblem(out, error);
    const auto& row = error.row();
    Answer answer = jsonAnswer(text, row.http_status);
    answer.content_type = "application/problem+json";
    const bool later = row.http_status == 429 || row.http_status == 503;
    if (error.retry_after_s > 0 || later) {
        const auto seconds = error.retry_after_s > 0 ? error.retry_after_s : kRetryAfterDefaultS;
        answer.fields.emplace_back("retry-after", std::to_string(seconds));
    }
    if (isSignatureRefusal(row)) {
        // RFC 9421 section 5: what we want signed, for whoever sees only the refusal.
        answer.fields.emplace_back(
            "accept-signature",
            R"(yht=("@method" "@target-uri" "content-type" "content-digest");created;keyid;alg;tag="yht")"
        );
    }
    return answer;
}

Answer jsonAnswer(const rapidjson::StringBuffer& text, int status) {
    Answer answer;
    answer.status = status;
    answer.body.assign(text.GetString(), text.GetSize());
    return answer;
}

}  // namespace yht::http

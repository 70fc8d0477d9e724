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
    json::writeText(out, "pointer", field.pointer);
    json::writeText(out, "code", field.code);
    json::writeText(out, "limit", field.limit);
    json::writeText(out, "en", field.en);
    json::writeText(out, "zh", field.zh);
    out.EndObject();
}

bool isSignatureRefusal(const base::ErrorRow& row) {
    return row.http_status == 401 && std::string_view(row.wire).starts_with("signature.");
}

}  // namespace

void writeSeq(JsonWriter& out, const char* name, std::uint64_t value) {
    json::writeText(out, name, std::to_string(value));
}

void writeProblem(JsonWriter& out, const base::Error& error) {
    const auto& row = error.row();
    out.StartObject();
    json::writeText(out, "type", std::string("urn:yht:error:") + row.wire);
    json::writeText(out, "title", row.en);
    json::writeText(out, "title_zh", row.zh);
    out.Key("status");
    out.Int(row.http_status);
    json::writeText(out, "detail", error.public_en.empty() ? row.en : error.public_en);
    json::writeText(out, "detail_zh", error.public_zh.empty() ? row.zh : error.public_zh);
    json::writeText(out, "code", row.wire);
    json::writeText(out, "retry", retryName(row.retry));
    if (!error.fields.empty()) {
        out.Key("errors");
        out.StartArray();
        for (const auto& field : error.fields) writeFieldError(out, field);
        out.EndArray();
    }
    if (!error.signature_base.empty()) json::writeText(out, "signature_base", error.signature_base);
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

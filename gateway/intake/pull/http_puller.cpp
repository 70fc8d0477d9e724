// Pages of a far side's list over HTTP. Each page is one message. The cursor moves to the greatest of the items that were
// taken: at the round's end, or after each page where the source sorts by it. Nothing is remembered of a page that the
// ledger does not have.
#include <algorithm>
#include <charconv>

#include "adapters/kit/transport/http_exchange.h"
#include "gateway/crypto/digest.h"
#include "gateway/intake/pull/cursor_text.h"
#include "gateway/intake/pull/puller.h"
#include "gateway/json/json.h"

namespace yht::intake {
namespace {

using base::ErrorCode;
using kit::HttpPull;
using kit::PagingRule;
using Values = std::map<std::string, std::string>;

enum class Where : std::uint8_t { Query, Json, Form, Plain };

std::string percentEncoded(std::string_view text) {
    constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    constexpr char kHex[] = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        if (kPlain.find(c) != kPlain.npos) {
            out.push_back(c);
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out.push_back('%');
        out.push_back(kHex[byte >> 4U]);
        out.push_back(kHex[byte & 0xFU]);
    }
    return out;
}

std::string escaped(const std::string& text, Where where) {
    if (where == Where::Query || where == Where::Form) return percentEncoded(text);
    if (where == Where::Plain) return text;
    std::string quoted;
    json::appendCanonicalString(quoted, text);
    return quoted.substr(1, quoted.size() - 2);
}

/// `{word}` and `{secret:NAME}` replaced; other braces are themselves. Errors: ManifestInvalid naming an unknown word.
base::Result<std::string> filled(const std::string& text, const Values& values, Where where) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = text[at] == '{' ? text.find('}', at) : text.npos;
        const std::string word = end == text.npos ? "" : text.substr(at + 1, end - at - 1);
        const bool is_word = !word.empty() && word.find_first_not_of("abcdefghijklmnopqrstuvwxyz_:ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == word.npos &&
                             word.front() >= 'a' && word.front() <= 'z';
        if (!is_word) {
            out.push_back(text[at++]);
            continue;
        }
        const auto found = values.find(word);
        if (found == values.end()) return base::makeError(ErrorCode::ManifestInvalid, "pull.http: there is no {" + word + "}");
        out += escaped(found->second, where);
        at = end + 1;
    }
    return out;
}

const rapidjson::Value* walk(const rapidjson::Value& from, std::string_view path) {
    const rapidjson::Value* at = &from;
    while (at != nullptr && !path.empty()) {
        const auto slash = path.find('/');
        const std::string_view name = path.substr(0, slash);
        path = slash == path.npos ? std::string_view() : path.substr(slash + 1);
        if (at->IsArray()) {
            std::size_t index = 0;
            const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), index);
            at = error == std::errc() && end == name.data() + name.size() && index < at->Size() ? &(*at)[static_cast<rapidjson::SizeType>(index)] : nullptr;
        } else {
            at = at->IsObject() ? json::findMember(*at, name) : nullptr;
        }
    }
    return at;
}

std::string textAt(const rapidjson::Value& from, std::string_view path) {
    const auto* found = walk(from, path);
    return found != nullptr && found->IsString() ? std::string(found->GetString(), found->GetStringLength()) : "";
}

class HttpPuller final : public Puller {
public:
    HttpPuller(const kit::Manifest& manifest, std::unique_ptr<kit::HttpExchange> exchange, Values secrets)
        : manifest_(manifest), rules_(std::get<HttpPull>(manifest.pull->way)), exchange_(std::move(exchange)), secrets_(std::move(secrets)) {}

    base::Result<PullRound> pull(PullState& state, const PullSide& side) override {
        PullRound round;
        Values values = valuesFor(state, side);
        std::string greatest = state.cursor;
        for (std::uint32_t page = 0; page < rules_.paging.pages_max; ++page) {
            setPage(values, page);
            if (!side.pace()) return round;
            auto answer = askPage(values, side);
            if (!answer) return std::move(answer).error();
            const auto items = itemsOf(*answer);
            if (!items) return items.error();
            if (items->count > 0) {
                if (auto taken = takePage(*std::move(answer), page, side, round); !taken) return std::move(taken).error();
                greatest = laterOf(greatest, items->greatest);
            }
            if (isLast(*items, values)) return finish(state, side, greatest, round);
            if (rules_.cursor && rules_.cursor->ascending && greatest != state.cursor) {
                state.cursor = greatest;
                if (auto remembered = side.remember(); !remembered) return std::move(remembered).error();
            }
            round.more = round.items >= manifest_.pull->items_max;
            // Where the source does not sort, only a round that saw every page may move the cursor.
            if (round.more && (!rules_.cursor || rules_.cursor->ascending)) return round;
        }
        return base::makeError(ErrorCode::PeerAnswerInvalid, "more pages than paging.pages_max");
    }

private:
    struct Items {
        std::size_t count = 0;
        std::string greatest, next;
    };

    Values valuesFor(const PullState& state, const PullSide& side) const {
        Values values = secrets_;
        values["page_size"] = std::to_string(rules_.paging.size);
        values["tie_break"] = state.tie_break;
        values["next"] = "";
        kit::CursorRule plain;
        plain.format = "rfc3339";
        const kit::CursorRule& cursor = rules_.cursor ? *rules_.cursor : plain;
        values["now"] = cursor.kind == kit::CursorRule::Kind::Time ? cursorText(cursor, side.now_ms) : cursorText(plain, side.now_ms);
        if (!rules_.cursor) return values;
        values["cursor"] = state.cursor.empty() ? cursor.start : state.cursor;
        values["from"] = fromText(cursor, state.cursor);
        values["until"] = untilText(cursor, side.now_ms);
        return values;
    }

    void setPage(Values& values, std::uint32_t page) const {
        values["page"] = std::to_string(rules_.paging.first + page);
        values["offset"] = std::to_string(rules_.paging.first + static_cast<std::int64_t>(page) * rules_.paging.size);
    }

    base::Result<kit::HttpAsk> made(const kit::HttpRequestRule& request, const Values& values) const {
        kit::HttpAsk ask{.url = request.url, .post = request.post, .fields = {}, .body = {}};
        const bool form = request.content_type.starts_with("application/x-www-form-urlencoded");
        char separator = '?';
        for (const auto& [name, text] : request.query) {
            auto value = filled(text, values, Where::Query);
            if (!value) return std::move(value).error();
            ask.url += separator + percentEncoded(name) + '=' + *value;
            separator = '&';
        }
        for (const auto& [name, text] : request.headers) {
            auto value = filled(text, values, Where::Plain);
            if (!value) return std::move(value).error();
            ask.fields.emplace_back(name, *std::move(value));
        }
        if (!request.post) return ask;
        auto body = filled(request.body, values, form ? Where::Form : Where::Json);
        if (!body) return std::move(body).error();
        ask.body = *std::move(body);
        ask.fields.emplace_back("content-type", request.content_type);
        return ask;
    }

    /// The page's text. Errors: PeerLoginRefused, PeerBusy, PeerRefused, PeerAnswerInvalid, those of the exchange.
    base::Result<std::string> askPage(Values& values, const PullSide& side) {
        for (int attempt = 0;; ++attempt) {
            if (auto ready = haveToken(values, side); !ready) return std::move(ready).error();
            auto ask = made(rules_.request, values);
            if (!ask) return std::move(ask).error();
            if (const std::string& next = values["next"]; next.starts_with("http")) ask->url = next;
            if (auto signed_in = authorise(*ask, values); !signed_in) return std::move(signed_in).error();
            auto answer = exchange_->ask(*ask);
            if (!answer) return std::move(answer).error();
            const bool refused = answer->status == 401 || answer->status == 403;
            if (refused && rules_.auth.token_call && attempt == 0) {
                token_.clear();
                continue;
            }
            return judged(*std::move(answer));
        }
    }

    base::Result<std::string> judged(kit::HttpAnswer answer) const {
        const std::string status = "HTTP " + std::to_string(answer.status);
        if (answer.status == 401 || answer.status == 403) return base::makeError(ErrorCode::PeerLoginRefused, status);
        if (answer.status == 429 || answer.status == 503) return base::makeError(ErrorCode::PeerBusy, status);
        if (answer.status < 200 || answer.status > 299) return base::makeError(ErrorCode::PeerRefused, status);
        if (rules_.success_path.empty()) return std::move(answer.body);
        const auto document = json::parse(answer.body);
        const std::string said = document ? textAt(*document, rules_.success_path) : "";
        const auto& good = rules_.success_values;
        if (std::find(good.begin(), good.end(), said) == good.end()) {
            return base::makeError(ErrorCode::PeerRefused, rules_.success_path + " says that it failed");
        }
        return std::move(answer.body);
    }

    base::Status haveToken(Values& values, const PullSide& side) {
        if (!rules_.auth.token_call) return {};
        const kit::TokenCallRule& call = *rules_.auth.token_call;
        if (token_.empty() || side.now_ms >= token_until_ms_) {
            auto ask = made(call.request, values);
            if (!ask) return std::move(ask).error();
            auto answer = exchange_->ask(*ask);
            if (!answer) return std::move(answer).error();
            const auto document = answer->status < 300 ? json::parse(answer->body) : base::makeError(ErrorCode::PeerLoginRefused);
            token_ = document ? textAt(*document, call.token_path) : "";
            if (token_.empty()) return base::makeError(ErrorCode::PeerLoginRefused, "no token in the answer");
            token_until_ms_ = side.now_ms + call.lifetime_s * 1000;
        }
        values["token"] = token_;
        return {};
    }

    base::Status authorise(kit::HttpAsk& ask, const Values& values) const {
        const auto add = [&](const std::string& name, const std::string& text) -> base::Status {
            auto value = filled(text, values, Where::Plain);
            if (!value) return std::move(value).error();
            ask.fields.emplace_back(name, *std::move(value));
            return {};
        };
        if (rules_.auth.token_call) return add(rules_.auth.token_call->header, rules_.auth.token_call->value);
        return rules_.auth.header.empty() ? base::Status() : add(rules_.auth.header, rules_.auth.value);
    }

    /// What can be told of a page without the adapter. A page that is no JSON has no cursor and counts as one item.
    base::Result<Items> itemsOf(const std::string& page) const {
        Items items;
        if (manifest_.decode.format != kit::Format::Json) {
            items.count = page.empty() ? 0 : 1;
            return items;
        }
        const auto document = json::parse(page);
        if (!document) {  // whole into quarantine, once: see takePage
            items.count = 1;
            return items;
        }
        const auto* list = walk(*document, manifest_.decode.items);
        if (!rules_.paging.next_path.empty()) items.next = textAt(*document, rules_.paging.next_path);
        if (list == nullptr || list->IsNull()) return items;
        if (!list->IsArray()) {
            items.count = 1;
            noteCursor(*list, items);
            return items;
        }
        items.count = list->Size();
        for (const auto& item : list->GetArray()) noteCursor(item, items);
        return items;
    }

    void noteCursor(const rapidjson::Value& item, Items& items) const {
        if (rules_.cursor) items.greatest = laterOf(items.greatest, textAt(item, rules_.cursor->place));
    }

    /// Requires: a cursor, where either is not empty. What is in no known form moves nothing.
    std::string laterOf(const std::string& a, const std::string& b) const {
        if (b.empty() || !rules_.cursor) return a;
        if (rules_.cursor->kind == kit::CursorRule::Kind::Time && !cursorMillis(*rules_.cursor, b)) return a;
        return a.empty() || isAfter(*rules_.cursor, b, a) ? b : a;
    }

    base::Status takePage(std::string page, std::uint32_t number, const PullSide& side, PullRound& round) {
        const std::string digest = crypto::sha256(page);
        if (number == 0 && digest == first_page_) return {};  // word for word what it said the last time
        const auto items = side.take({.bytes = std::move(page), .file_name = {}, .content_type = {},
                                      .what = "page " + std::to_string(number), .evidence = exchange_->evidence()});
        if (!items) return items.error();
        if (number == 0) first_page_ = digest;
        round.items += *items;
        return {};
    }

    bool isLast(const Items& items, Values& values) const {
        using Kind = PagingRule::Kind;
        if (rules_.paging.kind == Kind::None || items.count == 0) return true;
        if (rules_.paging.kind == Kind::NextLink) {
            const std::string& host = rules_.request.url;
            const auto end = host.find('/', host.find("://") + 3);
            // Never to another host, whatever the answer says.
            if (items.next.starts_with("http") && !items.next.starts_with(host.substr(0, end) + "/")) return true;
            values["next"] = items.next;
            return items.next.empty();
        }
        return !rules_.paging.until_empty && items.count < static_cast<std::size_t>(rules_.paging.size);
    }

    base::Result<PullRound> finish(PullState& state, const PullSide& side, const std::string& greatest, PullRound round) {
        round.more = false;
        if (greatest != state.cursor) {
            state.cursor = greatest;
            if (auto remembered = side.remember(); !remembered) return std::move(remembered).error();
        }
        return round;
    }

    const kit::Manifest& manifest_;
    const HttpPull& rules_;
    const std::unique_ptr<kit::HttpExchange> exchange_;
    const Values secrets_;  // "secret:NAME"
    std::string token_;
    base::UnixMillis token_until_ms_ = 0;
    std::string first_page_;  // digest
};

}  // namespace

base::Result<std::unique_ptr<Puller>> makeHttpPuller(const PullerParts& parts) {
    const kit::PullRules& pull = *parts.manifest.pull;
    const auto& http = std::get<HttpPull>(pull.way);
    Values secrets;
    for (const auto& [name, reference] : parts.manifest.secrets) {
        auto value = parts.secret(name);
        if (!value) return std::move(value).error();
        secrets["secret:" + name] = *std::move(value);
    }
    const auto in_deployment = [&](const std::string& name) { return name.empty() ? "" : parts.directory + "/" + name; };
    auto exchange = kit::HttpExchange::open(
        {.ca_path = in_deployment(http.ca), .certificate_path = in_deployment(http.auth.certificate),
         .key_path = http.auth.key.empty() ? "" : parts.secret_path(http.auth.key), .user = http.auth.user,
         .password = http.auth.password.empty() ? "" : secrets["secret:" + http.auth.password],
         .times = {pull.connect_timeout_s * 1000, pull.timeout_s * 1000}, .answer_bytes_max = http.answer_bytes_max},
        parts.stop
    );
    if (!exchange) return std::move(exchange).error();
    return std::unique_ptr<Puller>(new HttpPuller(parts.manifest, *std::move(exchange), std::move(secrets)));
}

}  // namespace yht::intake

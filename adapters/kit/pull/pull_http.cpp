// An HTTP interface that is asked page by page; what its answers say is read in http_pages.h.
#include <algorithm>

#include "adapters/kit/inbound/request_template.h"
#include "adapters/kit/pull/http_pages.h"
#include "adapters/kit/pull/puller.h"
#include "adapters/kit/transport/http_exchange.h"

namespace yht::kit {
namespace {

using base::ErrorCode;

constexpr int kOk = 200, kMultipleChoices = 300, kUnauthorized = 401, kForbidden = 403, kTooMany = 429, kServerError = 500;

std::string percentEncoded(std::string_view text) {
    constexpr char kHex[] = "0123456789ABCDEF";
    std::string encoded;
    for (const unsigned char c : text) {
        const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_' || c == '.' || c == '~';
        if (plain) encoded += static_cast<char>(c);
        else (encoded += '%').append({kHex[c >> 4], kHex[c & 15]});
    }
    return encoded;
}

std::string jsonEscaped(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
        if (c == '"' || c == '\\') escaped += '\\';
        if (static_cast<unsigned char>(c) >= 0x20) escaped += c;
    }
    return escaped;
}

/// What is put into a template has to suit the place where it stands.
enum class Escape { Header, Query, Json };
std::string escaped(const std::string& text, Escape escape) {
    if (escape == Escape::Query) return percentEncoded(text);
    if (escape == Escape::Json) return jsonEscaped(text);
    std::string line = text;
    std::erase_if(line, [](unsigned char c) { return c < 0x20 || c == 0x7F; });
    return line;
}

base::Error answered(int status) {
    const std::string detail = "HTTP " + std::to_string(status);
    if (status == kUnauthorized || status == kForbidden) return base::makeError(ErrorCode::PeerLoginRefused, detail);
    if (status == kTooMany || status >= kServerError) return base::makeError(ErrorCode::PeerBusy, detail);
    return base::makeError(ErrorCode::PeerRefused, detail);
}

class HttpPuller final : public Puller {
public:
    HttpPuller(const PullRules& rules, HttpPages pages, PullSurroundings surroundings)
        : rules_(rules), http_(std::get<HttpPull>(rules_.way)), pages_(std::move(pages)), surroundings_(std::move(surroundings)) {}

    base::Status begin(const std::string& cursor) override {
        if (!exchange_) {
            auto opened = open();
            if (!opened.ok()) return std::move(opened).error();
            exchange_ = *std::move(opened);
        }
        auto kept = decodeCursor(cursor);
        if (!kept.ok()) return std::move(kept).error();
        at_ = *std::move(kept);
        pages_seen_ = 0;
        items_ = 0;
        ended_ = more_ = false;
        if (at_.at.empty() && pages_.cursor()) at_.at = pages_.cursor()->rule().start;
        if (at_.page < 0) pages_.openWindow(at_, true, surroundings_.clock.nowMillis());
        return {};
    }

    base::Result<std::optional<Portion>> next() override {
        if (ended_) return std::optional<Portion>();
        auto answer = askWithLogin();
        if (!answer.ok()) return std::move(answer).error();
        ++pages_seen_;
        const auto page = pages_.read(answer->body);
        if (!page.ok()) return page.error();
        Portion portion;
        portion.items = page->items;
        items_ += page->items;
        portion.evidence = exchange_->evidence();
        if (!token_.empty()) portion.evidence.credential = "token";
        if (!http_.auth.header.empty()) portion.evidence.credential = "header";
        portion.content_type = answer->field("content-type");
        portion.message = page->items > 0;
        const bool bound = pages_seen_ >= http_.paging.pages_max || items_ >= rules_.items_max;
        const bool last = pages_.advance(*page, at_, surroundings_.clock.nowMillis());
        ended_ = last || bound;
        more_ = bound && !last;
        auto cursor = encodeCursor(at_);
        if (!cursor.ok()) return std::move(cursor).error();
        portion.cursor = *std::move(cursor);
        portion.body = std::move(answer->body);
        return std::optional<Portion>(std::move(portion));
    }

    base::Status settle() override { return {}; }
    bool more() const override { return more_; }

private:
    base::Result<std::unique_ptr<HttpExchange>> open() {
        HttpExchangeSettings settings;
        settings.times = {rules_.connect_timeout_s * 1'000, rules_.timeout_s * 1'000};
        settings.answer_bytes_max = http_.answer_bytes_max;
        settings.judge = surroundings_.judge;
        if (!http_.ca.empty()) settings.ca_path = surroundings_.deployment_path(http_.ca);
        if (!http_.auth.certificate.empty()) {
            auto key = surroundings_.secret_path(http_.auth.key);
            if (!key.ok()) return std::move(key).error();
            settings.certificate_path = surroundings_.deployment_path(http_.auth.certificate);
            settings.key_path = *std::move(key);
        }
        if (!http_.auth.user.empty()) {
            auto password = surroundings_.secret(http_.auth.password);
            if (!password.ok()) return std::move(password).error();
            settings.user = http_.auth.user;
            settings.password = *std::move(password);
        }
        return HttpExchange::open(std::move(settings), surroundings_.stop);
    }

    base::Result<std::string> valueOf(const std::string& word) {
        if (word.starts_with("secret:")) return surroundings_.secret(word.substr(7));
        const std::int64_t page = std::max<std::int64_t>(at_.page, 0);
        if (word == "from") return at_.from;
        if (word == "until") return at_.until;
        if (word == "cursor") return at_.at;
        if (word == "tie_break") return at_.tie;
        if (word == "page") return std::to_string(http_.paging.first + page);
        if (word == "offset") return std::to_string(http_.paging.first + page * http_.paging.size);
        if (word == "page_size") return std::to_string(http_.paging.size);
        if (word == "next") return at_.next;
        if (word == "token") return token_;
        const base::UnixMillis now_ms = surroundings_.clock.nowMillis();
        const auto& cursor = pages_.cursor();
        return cursor && cursor->isTime() ? cursor->write(now_ms) : base::formatRfc3339(now_ms);
    }

    base::Result<std::string> filled(const std::string& text, Escape escape) {
        return fillTemplate(text, [&](const std::string& word) -> base::Result<std::string> {
            auto value = valueOf(word);
            return value.ok() ? base::Result<std::string>(escaped(*value, escape)) : value;
        });
    }

    base::Result<HttpAsk> askOf(const HttpRequestRule& rule) {
        HttpAsk ask;
        ask.url = rule.url;
        ask.post = rule.post;
        char separator = '?';
        for (const auto& [name, text] : rule.query) {
            auto value = filled(text, Escape::Query);
            if (!value.ok()) return std::move(value).error();
            ask.url += separator + percentEncoded(name) + "=" + fixedPart(text, *value);
            separator = '&';
        }
        for (const auto& [name, text] : rule.headers) {
            auto value = filled(text, Escape::Header);
            if (!value.ok()) return std::move(value).error();
            ask.fields.emplace_back(name, *std::move(value));
        }
        if (!rule.post) return ask;
        const bool form = rule.content_type.starts_with("application/x-www-form-urlencoded");
        auto body = filled(rule.body, form ? Escape::Query : Escape::Json);
        if (!body.ok()) return std::move(body).error();
        ask.body = *std::move(body);
        ask.fields.emplace_back("Content-Type", rule.content_type);
        return ask;
    }

    /// A query's value: where nothing was filled in, the text itself has to be encoded.
    static std::string fixedPart(const std::string& text, const std::string& value) {
        return templateWords(text).empty() ? percentEncoded(value) : value;
    }

    base::Status login() {
        surroundings_.before_request();
        auto ask = askOf(http_.auth.token_call->request);
        if (!ask.ok()) return std::move(ask).error();
        auto answer = exchange_->ask(*ask);
        if (!answer.ok()) return std::move(answer).error();
        if (answer->status < kOk || answer->status >= kMultipleChoices) return base::makeError(ErrorCode::PeerLoginRefused, "token call: HTTP " + std::to_string(answer->status));
        token_ = pages_.tokenOf(answer->body);
        if (token_.empty()) return base::makeError(ErrorCode::PeerLoginRefused, "token call: no token in the answer");
        token_until_ms_ = surroundings_.clock.steadyMillis() + http_.auth.token_call->lifetime_s * 1'000;
        return {};
    }

    base::Result<HttpAnswer> askOnce() {
        const auto& call = http_.auth.token_call;
        if (call && (token_.empty() || surroundings_.clock.steadyMillis() >= token_until_ms_)) {
            if (auto in = login(); !in.ok()) return std::move(in).error();
        }
        auto ask = askOf(http_.request);
        if (!ask.ok()) return std::move(ask).error();
        if (http_.paging.kind == PagingRule::Kind::NextLink && !at_.next.empty()) {
            auto url = nextUrl(ask->url, at_.next);
            if (!url.ok()) return std::move(url).error();
            ask->url = *std::move(url);
        }
        const std::string& header = call ? call->header : http_.auth.header;
        if (!header.empty()) {
            auto value = filled(call ? call->value : http_.auth.value, Escape::Header);
            if (!value.ok()) return std::move(value).error();
            ask->fields.emplace_back(header, *std::move(value));
        }
        surroundings_.before_request();
        return exchange_->ask(*ask);
    }

    base::Result<HttpAnswer> askWithLogin() {
        auto answer = askOnce();
        const bool refused = answer.ok() && (answer->status == kUnauthorized || answer->status == kForbidden);
        if (refused && http_.auth.token_call) {
            token_.clear();
            answer = askOnce();
        }
        if (!answer.ok()) return answer;
        if (answer->status < kOk || answer->status >= kMultipleChoices) return answered(answer->status);
        if (http_.success_path.empty()) return answer;
        const std::string said = pages_.successOf(answer->body);
        const auto& wanted = http_.success_values;
        if (std::find(wanted.begin(), wanted.end(), said) != wanted.end()) return answer;
        return base::makeError(ErrorCode::PeerRefused, "HTTP " + std::to_string(answer->status) + ", but " + http_.success_path + " says no");
    }

    const PullRules rules_;
    const HttpPull& http_;
    const HttpPages pages_;
    PullSurroundings surroundings_;
    std::unique_ptr<HttpExchange> exchange_;
    KeptCursor at_;
    std::string token_;
    std::int64_t token_until_ms_ = 0;
    std::uint64_t items_ = 0;
    std::uint32_t pages_seen_ = 0;
    bool ended_ = false, more_ = false;
};

}  // namespace

base::Result<std::unique_ptr<Puller>> makeHttpPuller(const Manifest& manifest, PullSurroundings surroundings) {
    auto pages = HttpPages::make(manifest);
    if (!pages.ok()) return std::move(pages).error();
    return std::unique_ptr<Puller>(std::make_unique<HttpPuller>(*manifest.pull, *std::move(pages), std::move(surroundings)));
}

}  // namespace yht::kit

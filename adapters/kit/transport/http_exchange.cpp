#include "adapters/kit/transport/http_exchange.h"

#include <algorithm>
#include <cctype>
#include <optional>

#include "adapters/kit/transport/curl_exchange.h"

namespace yht::kit {
namespace {

using base::ErrorCode;

constexpr long kOk = 200;
constexpr std::size_t kHeadBytesMax = 64U << 10;

class CurlHttp final : public HttpExchange {
public:
    CurlHttp(HttpExchangeSettings settings, std::stop_token stop)
        : settings_(std::move(settings)), exchange_("http,https", settings_.times, std::move(stop), settings_.judge) {}

    base::Result<HttpAnswer> ask(const HttpAsk& ask) override {
        std::string body;
        std::optional<base::Error> trouble;
        auto answer = askInPieces(ask, [&](std::string_view piece) {
            const bool fits = body.size() + piece.size() <= settings_.answer_bytes_max;
            if (fits) body += piece;
            else trouble = tooLarge();
            return fits;
        });
        if (trouble) return *std::move(trouble);
        if (answer.ok()) answer->body = std::move(body);
        return answer;
    }

    base::Result<HttpAnswer> ask(const HttpAsk& ask, const HttpSink& sink) override {
        std::uint64_t unwanted_bytes = 0;
        std::optional<base::Error> trouble;
        auto answer = askInPieces(ask, [&](std::string_view piece) {
            if (exchange_.responseCode() != kOk) return (unwanted_bytes += piece.size()) <= kUnwantedBytesMax;
            base::Status taken = sink(piece);
            if (!taken.ok()) trouble = std::move(taken).error();
            return !trouble;
        });
        if (trouble) return *std::move(trouble);
        return answer;
    }

    std::string redirectTarget() const override { return exchange_.redirectTarget(); }
    trust::PeerEvidence evidence() const override { return evidence_; }

private:
    /// An answer whose body went to `take`: all of it, or as far as that wanted.
    base::Result<HttpAnswer> askInPieces(const HttpAsk& ask, FileSink take) {
        HttpAnswer answer;
        set(ask);
        std::vector<std::string> lines;
        for (const auto& [name, value] : ask.fields) lines.push_back(name + (value.empty() ? ";" : ": " + value));
        lines.emplace_back("Expect:");
        const CurlList fields(lines);
        exchange_.set(CURLOPT_HTTPHEADER, fields.get());
        head_ = &answer;
        head_bytes_ = 0;
        exchange_.onBody(std::move(take));
        base::Status ran = exchange_.run();
        head_ = nullptr;
        exchange_.onBody({});
        if (!ran.ok()) return std::move(ran).error();
        answer.outcome = HttpOutcome::Answered;
        answer.status = static_cast<int>(exchange_.responseCode());
        note(ask.url);
        return answer;
    }

    base::Error tooLarge() const {
        const std::string max = std::to_string(settings_.answer_bytes_max);
        return base::makeError(ErrorCode::PeerAnswerInvalid, "the answer has more than " + max + " bytes");
    }

    void set(const HttpAsk& ask) {
        exchange_.begin(ask.url);
        if (settings_.may_connect) exchange_.onConnect(settings_.may_connect);
        exchange_.set(CURLOPT_HEADERFUNCTION, &CurlHttp::takeField);
        exchange_.set(CURLOPT_HEADERDATA, static_cast<void*>(this));
        exchange_.set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
        if (!settings_.ca_path.empty()) {
            exchange_.set(CURLOPT_CAINFO, settings_.ca_path);
            exchange_.set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
        }
        if (!settings_.certificate_path.empty()) {
            exchange_.set(CURLOPT_SSLCERT, settings_.certificate_path);
            exchange_.set(CURLOPT_SSLKEY, settings_.key_path);
        }
        if (!settings_.user.empty()) {
            exchange_.set(CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
            exchange_.set(CURLOPT_USERNAME, settings_.user);
            exchange_.set(CURLOPT_PASSWORD, settings_.password);
        }
        if (!ask.post) return;
        exchange_.set(CURLOPT_POST, 1L);
        exchange_.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(ask.body.size()));
        exchange_.set(CURLOPT_POSTFIELDS, ask.body.c_str());
    }

    static std::size_t takeField(char* bytes, std::size_t size, std::size_t count, void* self) {
        auto* http = static_cast<CurlHttp*>(self);
        const std::string_view line(bytes, size * count);
        http->head_bytes_ += line.size();
        if (http->head_bytes_ > kHeadBytesMax) return 0;
        if (line.starts_with("HTTP/")) http->head_->fields.clear();  // an interim answer came before it
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos) return line.size();
        std::string name(line.substr(0, colon));
        std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
        std::string_view value = line.substr(colon + 1);
        const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
        while (!value.empty() && blank(value.front())) value.remove_prefix(1);
        while (!value.empty() && blank(value.back())) value.remove_suffix(1);
        http->head_->fields.emplace_back(std::move(name), value);
        return line.size();
    }

    void note(const std::string& url) {
        const std::size_t begin = url.find("://") + 3;
        evidence_.peer = url.substr(0, std::min(url.find_first_of("/?", begin), url.size()));
        const bool tls = url.starts_with("https:");
        evidence_.check = tls ? trust::PeerCheck::TlsCertificate : trust::PeerCheck::None;
        evidence_.proof = tls ? evidence_.peer.substr(begin) : "";
        evidence_.credential = !settings_.certificate_path.empty() ? "certificate" : !settings_.user.empty() ? "password" : "";
    }

    const HttpExchangeSettings settings_;
    CurlExchange exchange_;
    HttpAnswer* head_ = nullptr;  // of the request under way
    std::size_t head_bytes_ = 0;
    trust::PeerEvidence evidence_;
};

}  // namespace

base::Result<std::unique_ptr<HttpExchange>> HttpExchange::open(HttpExchangeSettings settings, std::stop_token stop) {
    return std::unique_ptr<HttpExchange>(std::make_unique<CurlHttp>(std::move(settings), std::move(stop)));
}

}  // namespace yht::kit

#include "adapters/kit/transport/curl_exchange.h"

#include <algorithm>
#include <cstring>

#include "gateway/trust/handshake.h"

namespace yht::kit {
namespace {

using base::ErrorCode;

struct Row {
    CURLcode curl;
    ErrorCode ours;
};
/// Any other: PeerAnswerLost.
constexpr Row kRows[] = {
    {CURLE_URL_MALFORMAT, ErrorCode::ConfigInvalid},
    {CURLE_UNSUPPORTED_PROTOCOL, ErrorCode::ConfigInvalid},
    {CURLE_COULDNT_RESOLVE_HOST, ErrorCode::PeerUnreachable},
    {CURLE_COULDNT_CONNECT, ErrorCode::PeerUnreachable},
    {CURLE_SSL_CONNECT_ERROR, ErrorCode::PeerUnreachable},
    {CURLE_WEIRD_SERVER_REPLY, ErrorCode::PeerAnswerInvalid},
    {CURLE_FTP_WEIRD_PASV_REPLY, ErrorCode::PeerAnswerInvalid},
    {CURLE_FILESIZE_EXCEEDED, ErrorCode::PeerAnswerInvalid},
    {CURLE_BAD_CONTENT_ENCODING, ErrorCode::PeerAnswerInvalid},
    {CURLE_PEER_FAILED_VERIFICATION, ErrorCode::PeerUntrusted},
    {CURLE_SSL_ISSUER_ERROR, ErrorCode::PeerUntrusted},
    {CURLE_USE_SSL_FAILED, ErrorCode::PeerUntrusted},
    {CURLE_SSL_CERTPROBLEM, ErrorCode::ConfigInvalid},
    {CURLE_SSL_CACERT_BADFILE, ErrorCode::ConfigInvalid},
    {CURLE_LOGIN_DENIED, ErrorCode::PeerLoginRefused},
    {CURLE_REMOTE_ACCESS_DENIED, ErrorCode::PeerRefused},
    {CURLE_QUOTE_ERROR, ErrorCode::PeerRefused},
    {CURLE_UPLOAD_FAILED, ErrorCode::PeerRefused},
    {CURLE_REMOTE_DISK_FULL, ErrorCode::PeerBusy},
    {CURLE_REMOTE_FILE_NOT_FOUND, ErrorCode::NotFound},
    {CURLE_FTP_COULDNT_RETR_FILE, ErrorCode::NotFound},
};

void startLibrary() {
    static const bool started = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    YHT_ASSERT(started);
}

}  // namespace

CurlList::CurlList(const std::vector<std::string>& lines) {
    for (const std::string& line : lines) {
        curl_slist* longer = curl_slist_append(list_.get(), line.c_str());
        YHT_ASSERT(longer != nullptr);
        (void)list_.release();
        list_.reset(longer);
    }
}

/// Keeps what the judge said last, and of whom it was asked: libcurl tells "peer failed verification" only. Asked on the thread that runs the exchange.
class CurlExchange::NotedJudge final : public trust::PeerJudge {
public:
    explicit NotedJudge(std::shared_ptr<const trust::PeerJudge> judge) : judge_(std::move(judge)) {}

    base::Status judge(const crypto::CertificateChain& verified, base::BytesView stapled) const override {
        if (!verified.empty() && std::find(chains_.begin(), chains_.end(), verified) == chains_.end()) chains_.push_back(verified);
        // A resumed session shows no certificate: it is of somebody who was let in before.
        auto said = verified.empty() ? judgeAll() : judge_->judge(verified, stapled);
        if (!said.ok()) refusal_ = said;
        return said;
    }
    /// Whether everybody whom it let in may be let in still; true where nobody was.
    bool standsStill() const { return chains_.empty() || judgeAll().ok(); }
    void forget() {
        chains_.clear();
        refusal_ = {};
    }
    void beginRun() { refusal_ = {}; }
    const base::Status& refusal() const { return refusal_; }

private:
    base::Status judgeAll() const {
        if (chains_.empty()) return base::makeError(ErrorCode::CertInvalid, "a session of nobody who was seen");
        for (const auto& chain : chains_) {
            if (auto said = judge_->judge(chain, {}); !said.ok()) return said;
        }
        return {};
    }

    const std::shared_ptr<const trust::PeerJudge> judge_;
    mutable std::vector<crypto::CertificateChain> chains_;  // a few: one host, and one that gives tokens
    mutable base::Status refusal_;
};

CurlExchange::CurlExchange(const char* protocols, TransferTimes times, std::stop_token stop, std::shared_ptr<const trust::PeerJudge> judge)
    : protocols_(protocols), times_(times), stop_(std::move(stop)),
      judge_(judge ? std::make_shared<NotedJudge>(std::move(judge)) : nullptr) {
    startLibrary();
    handle_.reset(curl_easy_init());
    YHT_ASSERT(handle_ != nullptr);
}

CurlExchange::~CurlExchange() = default;

void CurlExchange::begin(const std::string& url) {
    curl_easy_reset(handle_.get());
    sink_ = {};
    may_connect_ = {};
    upload_ = {};
    cut_ = false;
    set(CURLOPT_ERRORBUFFER, text_);
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_PROXY, "");
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_PROTOCOLS_STR, protocols_.c_str());
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(times_.connect_ms));
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(times_.whole_ms));
    set(CURLOPT_NOPROGRESS, 0L);
    set(CURLOPT_XFERINFOFUNCTION, &CurlExchange::progress);
    set(CURLOPT_XFERINFODATA, static_cast<void*>(this));
    set(CURLOPT_WRITEFUNCTION, &CurlExchange::take);
    set(CURLOPT_WRITEDATA, static_cast<void*>(this));
    set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    set(CURLOPT_SSL_VERIFYPEER, 1L);
    set(CURLOPT_SSL_VERIFYHOST, 2L);
    set(CURLOPT_URL, url.c_str());
    if (!judge_) return;
    set(CURLOPT_SSL_CTX_FUNCTION, &CurlExchange::judgePeer);
    set(CURLOPT_SSL_CTX_DATA, static_cast<void*>(this));
}

void CurlExchange::onUpload(std::string_view bytes) {
    upload_ = bytes;
    set(CURLOPT_UPLOAD, 1L);
    set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(bytes.size()));
    set(CURLOPT_READFUNCTION, &CurlExchange::give);
    set(CURLOPT_READDATA, static_cast<void*>(this));
}

void CurlExchange::onConnect(std::function<bool(const sockaddr&)> may_connect) {
    may_connect_ = std::move(may_connect);
    set(CURLOPT_OPENSOCKETFUNCTION, &CurlExchange::openSocket);
    set(CURLOPT_OPENSOCKETDATA, static_cast<void*>(this));
}

base::Status CurlExchange::run() {
    if (stop_.stop_requested()) return base::makeError(ErrorCode::PeerAnswerLost, "stopped");
    text_[0] = '\0';
    giveUpRefused();
    const CURLcode code = curl_easy_perform(handle_.get());
    if (code == CURLE_OK || (cut_ && code == CURLE_WRITE_ERROR)) return {};
    if (judge_ && !judge_->refusal().ok()) return judge_->refusal();
    return errorOf(code);
}

CURLcode CurlExchange::judgePeer(CURL*, void* context, void* self) {
    trust::judgeHandshakes(static_cast<ssl_ctx_st*>(context), false, static_cast<CurlExchange*>(self)->judge_);
    return CURLE_OK;
}

/// A kept connection, and a TLS session to resume, carry a certificate that was judged then: where it would not be let in now, a new
/// handshake has to show one that is.
void CurlExchange::giveUpRefused() {
    if (!judge_) return;
    judge_->beginRun();
    if (judge_->standsStill()) return;
    judge_->forget();
    set(CURLOPT_FRESH_CONNECT, 1L);
    set(CURLOPT_SSL_SESSIONID_CACHE, 0L);
}

long CurlExchange::responseCode() const {
    long code = 0;
    curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &code);
    return code;
}

std::string CurlExchange::redirectTarget() const {
    char* target = nullptr;
    curl_easy_getinfo(handle_.get(), CURLINFO_REDIRECT_URL, &target);
    return target == nullptr ? "" : target;
}

std::string CurlExchange::escapedPath(std::string_view text) const {
    std::string path;
    for (std::size_t at = 0; at <= text.size();) {
        const std::size_t slash = std::min(text.find('/', at), text.size());
        const std::string_view part = text.substr(at, slash - at);
        if (!part.empty()) {
            char* escaped = curl_easy_escape(handle_.get(), part.data(), static_cast<int>(part.size()));
            YHT_ASSERT(escaped != nullptr);
            path += escaped;
            curl_free(escaped);
        }
        if (slash < text.size()) path += '/';
        at = slash + 1;
    }
    return path;
}

std::size_t CurlExchange::take(char* bytes, std::size_t size, std::size_t count, void* self) {
    auto* exchange = static_cast<CurlExchange*>(self);
    const std::string_view piece(bytes, size * count);
    if (!exchange->sink_ || exchange->sink_(piece)) return piece.size();
    exchange->cut_ = true;
    return 0;
}

std::size_t CurlExchange::give(char* room, std::size_t size, std::size_t count, void* self) {
    auto* exchange = static_cast<CurlExchange*>(self);
    const std::size_t bytes = std::min(size * count, exchange->upload_.size());
    std::memcpy(room, exchange->upload_.data(), bytes);
    exchange->upload_.remove_prefix(bytes);
    return bytes;
}

curl_socket_t CurlExchange::openSocket(void* self, curlsocktype, curl_sockaddr* address) {
    if (!static_cast<CurlExchange*>(self)->may_connect_(address->addr)) return CURL_SOCKET_BAD;
    return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

int CurlExchange::progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<CurlExchange*>(self)->stop_.stop_requested() ? 1 : 0;
}

base::Error CurlExchange::errorOf(CURLcode code) const {
    const std::string detail = std::string("curl ") + std::to_string(code) + ", " + curl_easy_strerror(code);
    if (stop_.stop_requested()) return base::makeError(ErrorCode::PeerAnswerLost, "stopped");
    if (code == CURLE_OPERATION_TIMEDOUT) {
        curl_off_t connected_us = 0;
        curl_easy_getinfo(handle_.get(), CURLINFO_CONNECT_TIME_T, &connected_us);
        return base::makeError(connected_us == 0 ? ErrorCode::PeerUnreachable : ErrorCode::PeerAnswerLost, detail);
    }
    // Texts of the handshake name algorithms and steps, no paths.
    if (code == CURLE_SSH || code == CURLE_FAILED_INIT) return base::makeError(ErrorCode::PeerAnswerLost, detail + ": " + text_);
    for (const Row& row : kRows) {
        if (row.curl == code) return base::makeError(row.ours, detail);
    }
    return base::makeError(ErrorCode::PeerAnswerLost, detail);
}

}  // namespace yht::kit

#include "gateway/app/revocation_watch.h"

#include <filesystem>
#include <fstream>

#include "adapters/kit/transport/guarded_fetch.h"
#include "gateway/app/deployment.h"
#include "gateway/base/time_text.h"
#include "gateway/json/json.h"
#include "gateway/json/members.h"
#include "gateway/trust/credential.h"

namespace yht::app {
namespace {

using base::ErrorCode;

constexpr std::int64_t kTickMillis = 500;
constexpr std::size_t kFetchers = 4;  // one responder that hangs holds up no other
constexpr const char* kStateFile = "/state.json";
constexpr const char* kFormat = "yht-revocation-1";

/// Without the one empty text that stands for "none".
std::vector<std::string> givenTexts(const Config& config, const char* key) {
    auto texts = config.texts(key);
    std::erase(texts, std::string());
    return texts;
}

/// "host:port" of a URL, "host" without one; "" where it has none.
std::string hostOf(const std::string& url) {
    const auto scheme = url.find("://");
    if (scheme == std::string::npos) return {};
    const auto end = url.find_first_of("/?#", scheme + 3);
    std::string host = url.substr(scheme + 3, end == std::string::npos ? std::string::npos : end - scheme - 3);
    for (char& c : host) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    return host;
}

std::string stateText(const std::vector<trust::PeerStanding>& standings) {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    writer.StartObject();
    json::writeText(writer, "format", kFormat);
    writer.Key("peers");
    writer.StartArray();
    for (const auto& each : standings) {
        writer.StartObject();
        json::writeText(writer, "peer", each.peer);
        json::writeText(writer, "fingerprint", each.fingerprint);
        json::writeText(writer, "policy", trust::revocationPolicyText(each.policy));
        json::writeText(writer, "state", each.state);
        json::writeText(writer, "code", each.code);
        json::writeText(writer, "detail", each.detail);
        json::writeText(writer, "good_until", each.good_until_ms == 0 ? "" : base::formatRfc3339(each.good_until_ms));
        json::writeText(writer, "since", each.since_ms == 0 ? "" : base::formatRfc3339(each.since_ms));
        writer.EndObject();
    }
    writer.EndArray();
    writer.EndObject();
    return buffer.GetString();
}

}  // namespace

base::Result<trust::RevocationSettings> revocationSettings(const Config& config, std::function<void(const std::string&)> log) {
    trust::RevocationSettings settings;
    const auto policy = trust::parseRevocationPolicy(config.text("revocation.policy"));
    if (!policy) {
        return base::makeError(ErrorCode::ConfigInvalid, std::string("revocation.policy: write one of 请写其一: ") + trust::kRevocationPolicyForms);
    }
    settings.policy = *policy;
    for (const auto& file : givenTexts(config, "revocation.crl_files")) settings.crl_files.push_back(resolvePath(config.directory(), file));
    settings.crl_urls = givenTexts(config, "revocation.crl_urls");
    settings.ocsp_url = config.text("revocation.ocsp_url");
    auto urls = settings.crl_urls;
    if (!settings.ocsp_url.empty()) urls.push_back(settings.ocsp_url);
    for (const auto& url : urls) {
        if (!hostOf(url).empty()) continue;
        return base::makeError(ErrorCode::ConfigInvalid, "revocation: no http or https address 不是 http 或 https 地址: " + url);
    }
    settings.certificate_urls = config.flag("revocation.certificate_urls");
    settings.directory = config.text("ledger.directory") + "/revocation";
    settings.refresh_ms = config.integer("revocation.refresh_ms");
    settings.retry_ms = config.integer("revocation.retry_ms");
    settings.log = std::move(log);
    return settings;
}

base::Result<crypto::CertificateChain> partnerAuthorities(const Config& config) {
    auto all = trust::readCertificates(config.text("partner.client_ca"));
    if (!all.ok() || config.text("channels.client_ca").empty()) return all;
    auto more = trust::readCertificates(config.text("channels.client_ca"));
    if (!more.ok()) return more;
    all->insert(all->end(), more->begin(), more->end());
    return all;
}

RevocationFetching revocationFetching(const Config& config) {
    RevocationFetching fetching{givenTexts(config, "revocation.hosts"), config.text("revocation.ca"), config.integer("revocation.timeout_ms")};
    for (const auto& url : givenTexts(config, "revocation.crl_urls")) fetching.hosts.push_back(hostOf(url));
    if (!config.text("revocation.ocsp_url").empty()) fetching.hosts.push_back(hostOf(config.text("revocation.ocsp_url")));
    return fetching;
}

base::Result<std::vector<trust::PeerStanding>> readStandings(const std::string& directory) {
    std::vector<trust::PeerStanding> all;
    std::error_code ignored;
    if (!std::filesystem::exists(directory + kStateFile, ignored)) return all;
    const auto text = readFile(directory + kStateFile);
    if (!text.ok()) return text.error();
    const auto document = json::parse(*text, {.values_max = 1'000'000});
    const auto* peers = document.ok() && document->IsObject() ? json::findMember(*document, "peers") : nullptr;
    if (peers == nullptr || !peers->IsArray()) return base::makeError(ErrorCode::IoFailed, directory + kStateFile + ": can't be read");
    for (const auto& each : peers->GetArray()) {
        trust::PeerStanding standing;
        standing.peer = json::textMember(each, "peer");
        standing.fingerprint = json::textMember(each, "fingerprint");
        standing.policy = trust::parseRevocationPolicy(json::textMember(each, "policy")).value_or(trust::RevocationPolicy{});
        standing.state = json::textMember(each, "state");
        standing.code = json::textMember(each, "code");
        standing.detail = json::textMember(each, "detail");
        standing.good_until_ms = base::parseRfc3339(json::textMember(each, "good_until")).value_or(0);
        standing.since_ms = base::parseRfc3339(json::textMember(each, "since")).value_or(0);
        all.push_back(std::move(standing));
    }
    return all;
}

RevocationWatch::RevocationWatch(trust::RevocationBook& book, RevocationFetching fetching, prometheus::Registry& registry)
    : book_(book),
      fetching_(std::move(fetching)),
      standing_(prometheus::BuildGauge()
                    .Name("yht_revocation_peers")
                    .Help("Certificates of peers by what is known of their revocation: good, last_good, unchecked, revoked.")
                    .Register(registry)),
      fetches_(prometheus::BuildCounter()
                   .Name("yht_revocation_fetches_total")
                   .Help("Revocation lists and OCSP answers asked for, by what came of it.")
                   .Register(registry)) {}

RevocationWatch::~RevocationWatch() {
    for (auto& thread : threads_) thread.request_stop();
    changed_.notify_all();
}

void RevocationWatch::start() {
    threads_.emplace_back([this](const std::stop_token& stop) { watch(stop); });
    for (std::size_t i = 0; i < kFetchers; ++i) {
        threads_.emplace_back([this](const std::stop_token& stop) { fetch(stop); });
    }
}

void RevocationWatch::awaitFirstRound(std::int64_t timeout_ms) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::milliseconds(timeout_ms), [this] { return begun_ && queue_.empty() && under_way_ == 0; });
}

void RevocationWatch::watch(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        static_cast<void>(book_.readFiles(false));  // the book's log says what is wrong
        auto asks = book_.due();
        std::unique_lock lock(mutex_);
        begun_ = true;
        for (auto& ask : asks) queue_.push_back(std::move(ask));
        changed_.notify_all();
        lock.unlock();
        book_.tick();
        show();
        lock.lock();
        changed_.wait_for(lock, stop, std::chrono::milliseconds(kTickMillis), [] { return false; });
    }
}

void RevocationWatch::fetch(const std::stop_token& stop) {
    for (;;) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, stop, [this] { return !queue_.empty(); });
        if (stop.stop_requested()) return;
        const trust::RevocationAsk ask = std::move(queue_.front());
        queue_.pop_front();
        ++under_way_;
        lock.unlock();
        kit::HttpAsk request{.url = ask.url, .post = !ask.body.empty(), .fields = {}, .body = ask.body};
        if (request.post) request.fields.emplace_back("Content-Type", "application/ocsp-request");
        std::string bytes;
        const base::Status fetched = kit::guardedFetch(
            request,
            {.hosts = fetching_.hosts, .plain_http = true, .ca_path = fetching_.ca_path, .timeout_ms = fetching_.timeout_ms,
             .bytes_max = ask.fingerprint.empty() ? crypto::kRevocationListBytesMax : crypto::kOcspAnswerBytesMax},
            [&bytes](std::string_view piece) -> base::Status {
                bytes += piece;
                return {};
            },
            stop
        );
        base::Status told = fetched;
        if (!fetched.ok() && fetched.error().code == ErrorCode::AttachmentHost) {
            told = base::makeError(ErrorCode::ConfigInvalid, "revocation.hosts does not allow 未允许访问 " + hostOf(ask.url));
        }
        fetches_.Add({{"kind", ask.fingerprint.empty() ? "crl" : "ocsp"}, {"outcome", fetched.ok() ? "fetched" : fetched.error().row().wire}}).Increment();
        book_.took(ask, fetched.ok() ? base::Result<std::string>(std::move(bytes)) : base::Result<std::string>(told.error()));
        lock.lock();
        --under_way_;
        changed_.notify_all();
    }
}

void RevocationWatch::show() {
    const auto standings = book_.standings();
    std::map<std::string, std::size_t> counts{{"good", 0}, {"last_good", 0}, {"unchecked", 0}, {"revoked", 0}};
    for (const auto& each : standings) ++counts[each.state];
    for (const auto& [state, count] : counts) standing_.Add({{"state", state}}).Set(static_cast<double>(count));
    std::string text = stateText(standings);
    if (text == shown_) return;
    const std::string path = book_.settings().directory + kStateFile;
    std::error_code ignored;
    if (standings.empty()) {  // nobody is asked about: what an earlier run wrote is no news
        std::filesystem::remove(path, ignored);
        shown_ = std::move(text);
        return;
    }
    std::filesystem::create_directories(book_.settings().directory, ignored);
    std::ofstream out(path + ".part", std::ios::trunc);
    out << text;
    out.close();
    if (!out) return;  // no room: the next look tries again
    std::filesystem::rename(path + ".part", path, ignored);
    shown_ = std::move(text);
}

}  // namespace yht::app

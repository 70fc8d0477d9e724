#include "gateway/app/status.h"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "gateway/app/maintenance_look.h"
#include "gateway/app/revocation_watch.h"
#include "gateway/app/source_look.h"
#include "gateway/app/terminal.h"
#include "gateway/attachments/store.h"
#include "gateway/base/time_text.h"
#include "gateway/delivery/routing.h"
#include "gateway/json/json.h"
#include "gateway/ledger/store/archive.h"

namespace yht::app {
namespace {

using delivery::DestinationStatus;

constexpr std::int64_t kAdminMillisMax = 3'000;
constexpr std::size_t kAnswerBytesMax = 64 * 1024;
constexpr std::size_t kScanEntries = 2'000;  // at a time
constexpr std::int64_t kHourMillis = 3'600'000;
constexpr std::int64_t kHoursLate = 24;
constexpr std::size_t kUnjudgedCountMax = 100'000;

std::string readBounded(std::istream& in) {
    std::string text(kAnswerBytesMax, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    return text;
}

/// Asks the admin listener; what does not answer does not serve.
void askReadiness(const Config& config, Status& status) {
    const std::string& listen = config.text("admin.listen");
    const auto colon = listen.rfind(':');
    try {
        Poco::Net::HTTPClientSession session(
            listen.substr(0, colon), static_cast<Poco::UInt16>(std::stoul(listen.substr(colon + 1)))
        );
        session.setTimeout(Poco::Timespan(kAdminMillisMax * 1000));
        Poco::Net::HTTPRequest request("GET", "/readyz", Poco::Net::HTTPMessage::HTTP_1_1);
        session.sendRequest(request);
        Poco::Net::HTTPResponse response;
        const std::string body = readBounded(session.receiveResponse(response));
        status.serving = true;
        status.ready = response.getStatus() == Poco::Net::HTTPResponse::HTTP_OK;
        const auto document = json::parse(body);
        const auto* checks = document.ok() && document->IsObject() ? json::findMember(*document, "checks") : nullptr;
        if (checks == nullptr || !checks->IsArray()) return;
        for (const auto& check : checks->GetArray()) {
            const auto* ok = json::findMember(check, "ok");
            if (ok != nullptr && ok->IsFalse()) status.not_ready.push_back(json::textMember(check, "name"));
        }
    } catch (const Poco::Exception&) {
        // nobody listens there
    }
}

void measureDisk(const Config& config, Status& status) {
    namespace fs = std::filesystem;
    const fs::path directory = config.text("ledger.directory");
    std::error_code ignored;
    for (const auto& item : fs::directory_iterator(directory, ignored)) {
        if (item.is_regular_file(ignored)) status.ledger_bytes += item.file_size(ignored);
    }
    struct statvfs room {};
    if (::statvfs(directory.c_str(), &room) == 0)
        status.disk_free_bytes = static_cast<std::uint64_t>(room.f_bavail) * room.f_frsize;
}

/// The newest record of each source, among the newest entries.
void findLastWords(ledger::View& view, std::vector<SourceStatus>& sources) {
    const auto last = view.lastSeq();
    std::map<std::string, base::UnixMillis> newest;
    for (auto after = last > kSourceEntriesMax ? last - kSourceEntriesMax : 0; after < last;) {
        const auto headers = view.scan(after, kScanEntries);
        if (headers.empty()) break;
        for (const auto& header : headers) {
            if (header.type == ledger::EntryType::Record) newest[header.source] = header.received_ms;
            after = header.seq;
        }
    }
    for (auto& source : sources) {
        if (const auto found = newest.find(source.id); found != newest.end())
            source.last_received_ms = found->second;
    }
}

base::Status addCertificate(const std::string& what, const std::string& path, Status& status) {
    auto pem = readFile(path);
    if (!pem.ok()) return std::move(pem).error();
    const auto certificate = crypto::Certificate::fromPem(*pem);
    if (!certificate.ok())
        return base::makeError(base::ErrorCode::ConfigInvalid, path + ": " + base::describe(certificate.error()));
    status.certificates.push_back({what, certificate->notAfterMillis()});
    return {};
}

base::Status gatherTrust(const Config& config, Status& status) {
    auto trust = trust::loadTrust(config.directory());
    if (!trust.ok()) return std::move(trust).error();
    for (const auto& source : (*trust)->sources()) status.sources.push_back({source.id, source.name_zh});
    for (const auto& partner : (*trust)->partners()) {
        for (const auto& one : partner.certificates) {
            if (!one.revoked && partner.stage != trust::Stage::Stopped)
                status.certificates.push_back({"partner " + partner.id, one.certificate.notAfterMillis()});
        }
    }
    for (const char* key : {"partner", "signing"}) {
        auto added = addCertificate(
            std::string(key) == "partner" ? "server" : "signing",
            config.text(std::string(key) + ".certificate"), status
        );
        if (!added.ok()) return added;
    }
    std::sort(status.certificates.begin(), status.certificates.end(), [](const auto& a, const auto& b) {
        return a.not_after_ms < b.not_after_ms;
    });
    return {};
}

/// Marks that nobody judged though their time is over for a day.
void lookAtUnnamed(const OpenedLedger& opened, Status& status) {
    const auto hours_max = opened.config.integer("attachments.unnamed_hours_max");
    if (hours_max == 0) return;
    const auto until_ms = opened.clock->nowMillis() - (hours_max + kHoursLate) * kHourMillis;
    const auto late = attachments::unjudgedIn(
        opened.config.text("ledger.directory") + "/attachments", until_ms, kUnjudgedCountMax
    );
    if (late.ok()) status.unnamed_overdue = late->size();
}

void lookAtArchives(ledger::View& view, const std::string& directory, Status& status) {
    for (const auto& archive : view.archives()) {
        ++status.archive_count;
        status.archive_bytes += archive.size_bytes;
        const std::string path = ledger::archiveFolderOf(directory + "/ledger.db") + "/" + archive.file;
        std::error_code ignored;
        if (std::filesystem::file_size(path, ignored) != archive.size_bytes) status.archives_missing.push_back(path);
    }
}

base::Status gatherLedger(OpenedLedger& opened, Status& status) {
    auto snapshot = opened.store->snapshot();
    if (!snapshot.ok()) return std::move(snapshot).error();
    ledger::View& view = **snapshot;
    status.entries = view.lastSeq();
    if (status.entries > 0) {
        const auto leaf = view.leaf(status.entries);
        if (!leaf.ok()) return leaf.error();
        status.last_committed_ms = leaf->header.committed_ms;
    }
    lookAtUnnamed(opened, status);
    lookAtArchives(view, opened.config.text("ledger.directory"), status);
    for (const auto& group : view.quarantineGroups({})) status.quarantined += group.count;
    status.history = view.historyCounts();
    status.attachments = view.sourceAttachmentCounts();
    const auto today = base::shanghaiDay(opened.clock->nowMillis());
    status.accounts_today = view.sourceDays(today, today);
    findLastWords(view, status.sources);
    auto routes = routesOf(opened.config.directory());
    if (!routes.ok()) return std::move(routes).error();
    std::vector<std::string> ids;
    for (const auto& row : routes->destinations()) ids.push_back(row.id);
    status.destinations = delivery::deliveryStatus(view, ids, opened.clock->nowMillis());
    lookAtMaintenance(opened.config.directory(), *routes, opened.clock->nowMillis(), status.destinations);
    return {};
}

base::Status gatherHealth(OpenedLedger& opened, Status& status) {
    auto looked = lookAtSources(opened);
    if (!looked.ok()) return std::move(looked).error();
    for (LookedSource& one : *looked) {
        const auto& owner = one.adapter->manifest().owner;
        status.healths.push_back({one.way(), owner.unit + " " + owner.person + " " + owner.phone, std::move(one.health)});
    }
    return {};
}

std::string age(base::UnixMillis since_ms, base::UnixMillis now_ms) {
    return humanDuration(std::max<std::int64_t>(0, now_ms - since_ms));
}

/// A source in its own format is judged by its manifest, every other by how long it has said nothing.
void addSourceTroubles(const Status& status, base::UnixMillis now_ms, std::vector<std::string>& out) {
    std::set<std::string> judged;
    for (const auto& one : status.healths) {
        const intake::SourceHealth& health = one.health;
        judged.insert(health.source);
        if (!health.trouble()) continue;
        out.push_back(
            health.source + ": " + intake::stateZh(health.state) + " " + health.state + (health.reason.empty() ? "" : ", " + printable(health.reason)) +
            "; yht sources show " + health.source
        );
    }
    for (const auto& one : status.sources) {
        if (judged.contains(one.id) || !one.isSilent(now_ms)) continue;
        out.push_back(one.id + ": 已静默 silent for " + age(one.last_received_ms, now_ms));
    }
}

void addDestinationTroubles(
    const DestinationStatus& one, base::UnixMillis now_ms, std::vector<std::string>& out
) {
    const std::string id = one.destination;
    if (one.dead > 0) {
        out.push_back(id + ": " + std::to_string(one.dead) + " 条死信 dead letters; yht deliveries");
    }
    // What waited for the end of announced maintenance waits since that end.
    const auto waits_since_ms = std::max(one.oldest_committed_ms, one.maintenance_until_ms);
    if (one.oldest_committed_ms != 0 && now_ms - waits_since_ms > kBacklogOldMillis) {
        out.push_back(
            id + ": 积压 " + std::to_string(one.backlog()) + " 条 waiting, 最久 oldest " +
            age(one.oldest_committed_ms, now_ms) + (one.last_error.empty() ? "" : ", " + one.last_error)
        );
    }
}

/// What is not good of a peer's revocation, while the gateway runs that looks after it.
void addRevocationTroubles(const Status& status, base::UnixMillis now_ms, std::vector<std::string>& out) {
    if (!status.serving) return;
    for (const auto& one : status.revocation) {
        if (one.state == "good") continue;
        const char* what = one.state == "revoked" ? "证书已吊销 certificate revoked" : one.state == "last_good" ? "沿用上次良好的吊销应答 taken on its last good answer"
                                                                                                               : "无法核验是否吊销 revocation can't be checked";
        out.push_back(one.peer + ": " + what + ", " + one.code + ", " + age(one.since_ms, now_ms) + ", 策略 policy " + trust::revocationPolicyText(one.policy));
    }
}

}  // namespace

base::Result<Status> gatherStatus(OpenedLedger& opened) {
    Status status;
    askReadiness(opened.config, status);
    measureDisk(opened.config, status);
    if (auto trust = gatherTrust(opened.config, status); !trust.ok()) return std::move(trust).error();
    auto standings = readStandings(opened.config.text("ledger.directory") + "/revocation");
    if (!standings.ok()) return std::move(standings).error();
    status.revocation = *std::move(standings);
    if (auto ledger = gatherLedger(opened, status); !ledger.ok()) return std::move(ledger).error();
    if (auto health = gatherHealth(opened, status); !health.ok()) return std::move(health).error();
    return status;
}

std::vector<std::string> troubles(const Status& status, base::UnixMillis now_ms) {
    std::vector<std::string> out;
    if (!status.serving) out.push_back("网关未在运行 the gateway is not running; yht serve");
    if (status.serving && !status.ready) {
        std::string names;
        for (const auto& name : status.not_ready) names += (names.empty() ? "" : ", ") + name;
        out.push_back("网关未就绪 the gateway is not ready: " + names);
    }
    if (status.disk_free_bytes < kDiskFreeBytesMin) {
        out.push_back(
            "磁盘将满 the disk is nearly full: " + std::to_string(status.disk_free_bytes >> 20) + " MiB"
        );
    }
    for (const auto& count : status.attachments) {
        if (count.state != ledger::kAttachmentFailed) continue;
        out.push_back(count.source + ": " + std::to_string(count.count) + " 个附件未能取得 attachments could not be had");
    }
    if (status.serving && status.unnamed_overdue > 0) {
        out.push_back(
            std::to_string(status.unnamed_overdue) + " 个逾期附件未清理 attachments are past their time and not judged; "
            "the gateway's log says why"
        );
    }
    for (const auto& path : status.archives_missing) {
        out.push_back(path + ": 归档文件缺失或损坏 archive missing or cut; put it back from a backup, then yht ledger verify");
    }
    if (status.quarantined > 0) {
        out.push_back(std::to_string(status.quarantined) + " 条隔离待处理 items in quarantine");
    }
    for (const auto& one : status.destinations) addDestinationTroubles(one, now_ms, out);
    addRevocationTroubles(status, now_ms, out);
    for (const auto& one : status.certificates) {
        if (one.not_after_ms <= now_ms) {
            out.push_back(one.what + ": 证书已过期 certificate ended " + age(one.not_after_ms, now_ms) + " 前 ago");
        } else if (one.not_after_ms - now_ms < kCertificateSoonMillis) {
            out.push_back(one.what + ": 证书将到期 certificate ends in " + humanDuration(one.not_after_ms - now_ms));
        }
    }
    addSourceTroubles(status, now_ms, out);
    return out;
}

}  // namespace yht::app

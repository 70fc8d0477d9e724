#include "gateway/certs/authority.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "gateway/base/time_text.h"
#include "gateway/crypto/certificate_chain.h"
#include "gateway/crypto/certificate_issue.h"
#include "gateway/crypto/certificate_request.h"
#include "gateway/crypto/digest.h"

namespace yht::certs {
namespace {

using crypto::Finding;
using crypto::FindingCode;
using crypto::refusal;

constexpr std::int64_t kDayMillis = 24LL * 3600 * 1000;
constexpr std::int64_t kClockSkewMillis = 5LL * 60 * 1000;  // partners' clocks may be behind ours
constexpr std::size_t kPemBytesMax = 1024 * 1024;
constexpr std::size_t kSettingsBytesMax = 64 * 1024;

constexpr const char* kSettings = "authority.yaml";
constexpr const char* kKey = "authority.key";
constexpr const char* kCertificate = "authority.pem";
constexpr const char* kRequest = "authority.csr";
constexpr const char* kChain = "chain.pem";
constexpr const char* kTrust = "trust.pem";
constexpr const char* kIssued = "issued.csv";

base::UnixMillis wholeSeconds(base::UnixMillis at_ms) { return at_ms / 1000 * 1000; }

std::string keyName(const base::Bytes& public_der) { return base::toHex(crypto::sha256(public_der)); }

std::string day(base::UnixMillis at_ms) { return base::formatRfc3339(at_ms).substr(0, 10); }

base::Status makeDirectory(const std::string& path) {
    std::error_code fault;
    std::filesystem::create_directories(path, fault);
    if (fault) return base::makeError(base::ErrorCode::IoFailed, path + ": " + fault.message());
    return {};
}

/// The certificate's content as the profile has it.
crypto::CertificateContent contentOf(const Profile& profile, const Order& order, std::uint32_t days, const Act& act) {
    crypto::CertificateContent content;
    content.serial_hex = crypto::newSerialHex(act.random);
    content.subject = order.subject;
    content.public_key_der = order.public_key_der;
    content.not_before_ms = wholeSeconds(act.at_ms - kClockSkewMillis);
    content.not_after_ms = wholeSeconds(act.at_ms) + static_cast<std::int64_t>(days) * kDayMillis;
    content.names = order.names;
    content.is_ca = profile.is_ca;
    content.path_length = profile.path_length;
    content.key_usage = profile.key_usage;
    content.extended_key_usage = profile.extended_key_usage;
    return content;
}

}  // namespace

base::Result<Authority> Authority::prepare(const Creation& creation) {
    if (auto made = makeDirectory(creation.directory); !made) return std::move(made).error();
    auto lock = base::FileLock::take(fileOf(creation.directory, "lock"));
    if (!lock)
        return lock.error().code == base::ErrorCode::LedgerLocked ? refusal(FindingCode::AuthorityBusy, creation.directory)
                                                                  : std::move(lock).error();
    if (std::filesystem::exists(fileOf(creation.directory, kSettings)) || std::filesystem::exists(fileOf(creation.directory, kKey))) {
        return refusal(FindingCode::AuthorityExists, creation.directory);
    }
    auto journal = Journal::open(creation.directory);
    if (!journal) return std::move(journal).error();
    Authority authority(creation.directory, *std::move(lock), *std::move(journal));
    authority.settings_ = creation.settings;
    return authority;
}

base::Result<crypto::KeyMaterial> Authority::makeKey(const Creation& creation) const {
    auto key = crypto::KeyMaterial::generate(creation.key_kind);
    if (!key) return key;
    const std::string pem = creation.passphrase ? key->toEncryptedPem(*creation.passphrase) : key->toPem();
    const std::string path = settings_.key_offline ? creation.offline_key : fileOf(directory_, kKey);
    if (std::filesystem::exists(path)) return refusal(FindingCode::FileExists, path);
    if (auto status = base::createDurably(path, pem, base::FileSecrecy::Private); !status) return std::move(status).error();
    return key;
}

base::Result<Authority> Authority::createRoot(const Creation& creation, const Profile& profile, const Act& act) {
    auto authority = prepare(creation);
    if (!authority) return authority;
    const std::uint32_t days = creation.days.value_or(profile.days_default);
    const auto key_facts = crypto::KeyFacts{.kind = crypto::keyKindName(creation.key_kind), .text = crypto::keyKindName(creation.key_kind)};
    if (auto findings = profile.check(creation.subject, {}, key_facts, days); !findings.empty()) return refusal(findings);
    auto key = authority->makeKey(creation);
    if (!key) return std::move(key).error();
    const Order order{.subject = creation.subject, .public_key_der = key->publicDer()};
    auto der = crypto::issueCertificate(contentOf(profile, order, days, act), *key, std::nullopt);
    if (!der) return std::move(der).error();
    const auto own = crypto::readCertificateFacts(*der);
    if (!own) return own.error();
    if (auto saved = authority->saveCertificate(*own, {}); !saved) return std::move(saved).error();
    if (auto saved = authority->saveIssued({}); !saved) return std::move(saved).error();
    auto saved = base::writeDurably(fileOf(creation.directory, kSettings), writeSettings(creation.settings), base::FileSecrecy::Public);
    if (!saved) return std::move(saved).error();
    const IssuedRow row{.serial = own->serial_hex, .subject = own->subject, .profile = profile.name, .fingerprint = own->fingerprint};
    if (auto noted = authority->note("create", act, row); !noted) return std::move(noted).error();
    return authority;
}

base::Result<Authority> Authority::createPending(const Creation& creation, const Profile& profile, const Act&) {
    auto authority = prepare(creation);
    if (!authority) return authority;
    const auto key_facts = crypto::KeyFacts{.kind = crypto::keyKindName(creation.key_kind), .text = crypto::keyKindName(creation.key_kind)};
    if (auto findings = profile.check(creation.subject, {}, key_facts, 1); !findings.empty()) return refusal(findings);
    auto key = authority->makeKey(creation);
    if (!key) return std::move(key).error();
    auto request = crypto::makeRequest(*key, {.subject = creation.subject, .key_usage = profile.key_usage});
    if (!request) return std::move(request).error();
    authority->request_ = *request;
    const std::string& directory = creation.directory;
    if (auto saved = base::writeDurably(fileOf(directory, kRequest), *request, base::FileSecrecy::Public); !saved)
        return std::move(saved).error();
    if (auto saved = authority->saveIssued({}); !saved) return std::move(saved).error();
    auto saved = base::writeDurably(fileOf(directory, kSettings), writeSettings(creation.settings), base::FileSecrecy::Public);
    if (!saved) return std::move(saved).error();
    return authority;
}

base::Result<Authority> Authority::open(const std::string& directory) {
    const std::string settings_file = fileOf(directory, kSettings);
    if (!std::filesystem::exists(settings_file)) return refusal(FindingCode::AuthorityInvalid, settings_file, "it is not there 不存在");
    auto lock = base::FileLock::take(fileOf(directory, "lock"));
    if (!lock)
        return lock.error().code == base::ErrorCode::LedgerLocked ? refusal(FindingCode::AuthorityBusy, directory)
                                                                  : std::move(lock).error();
    auto journal = Journal::open(directory);
    if (!journal) return std::move(journal).error();
    Authority authority(directory, *std::move(lock), *std::move(journal));
    auto text = base::readBounded(settings_file, kSettingsBytesMax);
    if (!text) return std::move(text).error();
    auto settings = readSettings(*text, settings_file);
    if (!settings) return std::move(settings).error();
    authority.settings_ = *std::move(settings);
    const std::pair<const char*, std::string*> texts[] = {
        {kCertificate, &authority.certificate_}, {kRequest, &authority.request_}, {kChain, &authority.chain_}, {kTrust, &authority.trust_}};
    for (const auto& [name, where] : texts) {
        auto content = readIfThere(fileOf(directory, name), kPemBytesMax);
        if (!content) return std::move(content).error();
        *where = *std::move(content);
    }
    auto csv = base::readBounded(fileOf(directory, kIssued), kIssuedBytesMax);
    if (!csv) return std::move(csv).error();
    auto rows = readIssued(*csv);
    if (!rows) return std::move(rows).error();
    authority.issued_ = *std::move(rows);
    return authority;
}

base::Result<crypto::CertificateFacts> Authority::certificate() const {
    if (certificate_.empty()) return refusal(FindingCode::AuthorityPending, directory_);
    auto bundle = crypto::readBundle(certificate_);
    if (!bundle) return std::move(bundle).error();
    if (bundle->certificates.empty()) return refusal(FindingCode::AuthorityInvalid, fileOf(directory_, kCertificate));
    return bundle->certificates.front();
}

base::Result<crypto::KeyMaterial> Authority::readKey(const std::string& offline_key, const std::optional<std::string>& passphrase) const {
    if (settings_.key_offline && offline_key.empty()) return refusal(FindingCode::AuthorityOffline, directory_);
    const std::string path = offline_key.empty() ? fileOf(directory_, kKey) : offline_key;
    if (base::isOpenToOthers(path)) return refusal(FindingCode::KeyReadableByOthers, path, "chmod 600 " + path);
    auto pem = base::readBounded(path, crypto::kKeyFileBytesMax);
    if (!pem) return std::move(pem).error();
    auto key = crypto::KeyMaterial::fromPem(*pem, passphrase);
    if (!key) {
        base::Error error = std::move(key).error();
        error.public_en = path + ": " + error.public_en;
        error.public_zh = path + ": " + error.public_zh;
        return error;
    }
    const auto own = certificate();
    if (own.ok() && own->key.public_der != key->publicDer()) return refusal(FindingCode::KeyMismatch, path, own->subject);
    return key;
}

base::Status Authority::saveCertificate(const crypto::CertificateFacts& own, const std::vector<crypto::CertificateFacts>& above) {
    certificate_ = own.pem();
    chain_ = own.self_issued ? "" : own.pem();
    trust_ = own.pem();
    for (const auto& one : above) {
        if (!one.self_issued) chain_ += one.pem();
        trust_ += one.pem();
    }
    // authority.pem last: it is what makes the authority able to issue.
    for (const auto& [name, text] : {std::pair{kTrust, &trust_}, {kChain, &chain_}, {kCertificate, &certificate_}}) {
        if (auto saved = base::writeDurably(fileOf(directory_, name), *text, base::FileSecrecy::Public); !saved) return saved;
    }
    return {};
}

base::Status Authority::activate(const crypto::Bundle& bundle, base::UnixMillis at_ms) {
    base::Bytes wanted;
    if (!request_.empty()) {
        auto request = crypto::readRequest(request_);
        if (!request) return std::move(request).error();
        wanted = request->key.public_der;
    } else {
        const auto own = certificate();
        if (!own) return own.error();
        wanted = own->key.public_der;
    }
    const auto found =
        std::find_if(bundle.certificates.begin(), bundle.certificates.end(), [&](const auto& one) { return one.key.public_der == wanted; });
    if (found == bundle.certificates.end()) return refusal(FindingCode::KeyMismatch, directory_, "authority.csr");
    crypto::ChainQuestion question{.at_ms = at_ms, .purpose = crypto::CertificatePurpose::Ca, .own_kinds = true};
    for (const auto& one : bundle.certificates) (one.self_issued ? question.anchors : question.others).push_back(one.der);
    const auto answer = crypto::checkChain(found->der, question);
    if (!answer.ok()) return refusal(answer.findings);
    return saveCertificate(answer.members.front(), {answer.members.begin() + 1, answer.members.end()});
}

std::vector<Finding> Authority::objections(
    const Profile& profile, const Order& order, std::uint32_t days, const crypto::CertificateFacts& own, base::UnixMillis at_ms
) const {
    std::vector<Finding> findings = crypto::checkAlone(own, at_ms);
    const auto& usage = own.key_usage;
    if (!own.is_ca)
        findings.push_back({FindingCode::IssuerNotCa, own.subject, ""});
    else if (!usage.empty() && std::find(usage.begin(), usage.end(), "keyCertSign") == usage.end()) {
        findings.push_back({FindingCode::IssuerMayNotSign, own.subject, "keyCertSign"});
    }
    if (std::find(settings_.issues.begin(), settings_.issues.end(), profile.name) == settings_.issues.end()) {
        findings.push_back({FindingCode::ProfileNotForCa, settings_.name, profile.name});
    }
    const bool too_deep =
        own.path_length && profile.is_ca && (*own.path_length == 0 || profile.path_length.value_or(UINT32_MAX) >= *own.path_length);
    if (too_deep) findings.push_back({FindingCode::PathLength, own.subject, std::to_string(*own.path_length)});
    const auto key = crypto::readPublicKeyFacts(order.public_key_der);
    if (!key.ok())
        findings.push_back({FindingCode::KeyWeak, order.subject.text(), ""});
    else
        for (auto& one : profile.check(order.subject, order.names, *key, days)) findings.push_back(std::move(one));
    if (wholeSeconds(at_ms) + static_cast<std::int64_t>(days) * kDayMillis > own.not_after_ms) {
        findings.push_back({FindingCode::OutlivesIssuer, order.subject.text(), day(own.not_after_ms)});
    }
    return findings;
}

base::Status Authority::check(const Profile& profile, const Order& order, const std::string& renews, base::UnixMillis at_ms) const {
    const auto own = certificate();
    if (!own) return own.error();
    auto findings = objections(profile, order, order.days.value_or(profile.days_default), *own, at_ms);
    const std::string key_name = keyName(order.public_key_der);
    const auto same_key = std::find_if(issued_.begin(), issued_.end(), [&](const IssuedRow& row) {
        return row.key == key_name && row.not_after_ms > at_ms && !row.revoked();
    });
    if (same_key != issued_.end() && renews.empty()) findings.push_back({FindingCode::KeyReused, same_key->subject, same_key->serial});
    return findings.empty() ? base::Status() : base::Status(refusal(findings));
}

base::Result<std::string> Authority::keyDigest() const {
    const auto own = certificate();
    if (!own) return own.error();
    return keyName(own->key.public_der);
}

base::Status Authority::note(const char* act_name, const Act& act, const IssuedRow& row) {
    auto authority = keyDigest();
    if (!authority) return std::move(authority).error();
    return journal_.append(
        {.at_ms = act.at_ms,
         .act = act_name,
         .authority = *std::move(authority),
         .by = act.account,
         .permit = act.permit,
         .profile = row.profile,
         .partner = act.partner,
         .subject = row.subject.empty() ? "" : base::toHex(crypto::sha256(row.subject)),
         .serial = row.serial,
         .fingerprint = row.fingerprint,
         .reason = row.revoked() ? crypto::reasonName(row.reason) : "",
         .previous = ""}
    );
}

base::Result<Issued> Authority::issueChecked(
    const Profile& profile, const Order& order, const std::string& renews, const crypto::KeyMaterial& key, const Act& act
) {
    if (auto allowed = check(profile, order, renews, act.at_ms); !allowed) return std::move(allowed).error();
    const auto own = certificate();
    if (!own) return own.error();
    const std::string key_name = keyName(order.public_key_der);
    const std::uint32_t days = order.days.value_or(profile.days_default);
    crypto::CertificateContent content = contentOf(profile, order, days, act);
    content.crl_urls = settings_.crl_urls;
    content.ocsp_urls = settings_.ocsp_urls;
    content.issuer_urls = settings_.issuer_urls;
    auto der = crypto::issueCertificate(content, key, own->der);
    if (!der) return std::move(der).error();
    auto facts = crypto::readCertificateFacts(*der);
    if (!facts) return std::move(facts).error();
    const auto before = issued_;
    auto rows = issued_;
    rows.push_back(
        {.serial = facts->serial_hex,
         .subject = facts->subject,
         .profile = profile.name,
         .not_before_ms = facts->not_before_ms,
         .not_after_ms = facts->not_after_ms,
         .fingerprint = facts->fingerprint,
         .key = key_name,
         .issued_ms = act.at_ms,
         .issued_by = act.by,
         .renews = renews}
    );
    if (auto saved = saveIssued(rows); !saved) return std::move(saved).error();
    if (auto noted = note(renews.empty() ? "issue" : "renew", act, rows.back()); !noted) {
        // Nobody has it yet, so its row would only stand in the way of the next attempt. Where it stays all the same, it is revoked.
        static_cast<void>(saveIssued(before));
        return std::move(noted).error();
    }
    Issued issued{*std::move(facts), ""};
    issued.chain_pem = issued.certificate.pem() + chain_;
    if (auto made = makeDirectory(fileOf(directory_, "certificates")); !made) return std::move(made).error();
    const std::string path = directory_ + "/certificates/" + issued.certificate.serial_hex + ".pem";
    if (auto saved = base::writeDurably(path, issued.chain_pem, base::FileSecrecy::Public); !saved) return std::move(saved).error();
    return issued;
}

base::Result<Issued> Authority::issue(const Profile& profile, const Order& order, const crypto::KeyMaterial& key, const Act& act) {
    return issueChecked(profile, order, "", key, act);
}

base::Result<Order> Authority::renewalOrder(const std::string& serial, const Renewal& renewal) const {
    const IssuedRow* row = find(serial);
    if (row == nullptr) return refusal(FindingCode::SerialUnknown, serial, settings_.name);
    if (row->revoked() && !renewal.public_key_der) return refusal(FindingCode::Revoked, row->subject, crypto::reasonName(row->reason));
    const auto before = readIssuedCertificate(serial);
    if (!before) return before.error();
    return Order{
        .subject = before->subject_parts,
        .names = before->names,
        .public_key_der = renewal.public_key_der.value_or(before->key.public_der),
        .days = renewal.days};
}

base::Result<Issued> Authority::renew(
    const Profiles& profiles, const std::string& serial, const Renewal& renewal, const crypto::KeyMaterial& key, const Act& act
) {
    const auto order = renewalOrder(serial, renewal);
    if (!order) return order.error();
    const auto profile = profiles.find(find(serial)->profile);
    if (!profile) return profile.error();
    return issueChecked(*profile, *order, serial, key, act);
}

const IssuedRow* Authority::find(const std::string& serial) const {
    const auto found = std::find_if(issued_.begin(), issued_.end(), [&](const IssuedRow& row) { return row.serial == serial; });
    return found == issued_.end() ? nullptr : &*found;
}

base::Result<crypto::CertificateFacts> Authority::readIssuedCertificate(const std::string& serial) const {
    if (find(serial) == nullptr) return refusal(FindingCode::SerialUnknown, serial, settings_.name);
    auto pem = base::readBounded(directory_ + "/certificates/" + serial + ".pem", kPemBytesMax);
    if (!pem) return std::move(pem).error();
    auto bundle = crypto::readBundle(*pem);
    if (!bundle) return std::move(bundle).error();
    return bundle->certificates.front();
}

base::Status Authority::saveIssued(const std::vector<IssuedRow>& rows) {
    auto saved = base::writeDurably(fileOf(directory_, kIssued), writeIssued(rows), base::FileSecrecy::Public);
    if (saved.ok()) issued_ = rows;
    return saved;
}

}  // namespace yht::certs

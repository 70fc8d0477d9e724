// Operators (操作员): who may command a gateway. Each has a certificate of their own and exactly one of three roles that
// exclude each other (三员分立): 系统管理 system, 安全管理 security, 审计管理 audit.
//   # operators.yaml, beside partners.yaml; a reload reads it again
//   operators:
//     - id: op-007                        # an account, never a person's name: it stands in leaves
//       name: 张伟
//       role: system                      # system, security or audit
//       certificate: certs/op-007.pem     # relative to this directory, no ".."
//       revoked: false                    # optional
// Where nobody is named, the gateway's own user and root command it, as "uid:1000". Where anybody is, every command is
// signed by who gives it:
//   signed   "yht-command-1" LF ledger.origin LF RFC 8785 of {"arguments","command","created_ms","nonce","operator","why"}
//   order of checks   operator named; not revoked, certificate in its dates; created within kCommandToleranceMs of the
//                     gateway's clock, either way; nonce not seen within that time; signature
// Uses: control, trust (partner files' reader), crypto. Used by: control, control_client, main.cpp.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "gateway/app/control.h"
#include "gateway/crypto/certificate.h"
#include "gateway/trust/verifier.h"

namespace yht::app {

inline constexpr const char* kOperatorsFile = "operators.yaml";
inline constexpr const char* kOperatorKeys[] = {"id", "name", "role", "certificate", "revoked"};
inline constexpr std::int64_t kCommandToleranceMs = 300'000;
inline constexpr std::size_t kOperatorsMax = 500;
inline constexpr std::size_t kNoncesMax = 10'000;

/// "system", and "系统管理".
struct RoleWords {
    const char* name;
    const char* zh;
    Roles role;
};
inline constexpr RoleWords kRoleWords[] = {
    {"system", "系统管理", kSystemRole}, {"security", "安全管理", kSecurityRole}, {"audit", "审计管理", kAuditRole}};
/// "system 系统管理 or security 安全管理".
std::string rolesText(Roles roles);

struct Operator {
    std::string id, name_zh;
    Roles role = 0;  // one bit
    crypto::Certificate certificate;
    bool revoked = false;
};

using OperatorList = std::vector<Operator>;

/// None where the file is not there. Errors: ConfigInvalid; `fields` lists everything wrong, each with "file:line".
base::Result<OperatorList> loadOperators(const std::string& directory);

/// Puts operator, time, nonce and signature into the request. Errors: CryptoFailed.
base::Status signCommand(
    ControlRequest& request, const std::string& operator_id, const std::string& origin, const trust::SigningKey& key,
    base::UnixMillis now_ms, base::Random& random
);

/// Who is named, and which nonces were used. Thread-safety: any thread.
class OperatorDesk {
public:
    OperatorDesk(std::string origin, const base::Clock& clock) : origin_(std::move(origin)), clock_(clock) {}
    void replace(OperatorList operators);
    bool anyNamed() const;
    /// Errors: OperatorUnknown, with what to do.
    base::Result<Operator> identify(const ControlRequest& request);

private:
    base::Status takeNonce(const std::string& nonce, base::UnixMillis now_ms);

    const std::string origin_;
    const base::Clock& clock_;
    mutable std::mutex mutex_;
    std::shared_ptr<const OperatorList> operators_ = std::make_shared<OperatorList>();  // protected by mutex_
    std::map<std::string, base::UnixMillis> nonces_;                                     // until when; protected by mutex_
};

}  // namespace yht::app

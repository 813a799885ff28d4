"""The modules and globals that scripts find, and those that they do not."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
import uuid

import jwt
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.javascript.scripts import Parent, evaluate, failure, run_body, run_rule
from users.javascript import pool as pool_module
from users.javascript.modules import find_modules
from users.javascript.pool import Pool

RSA_KEY = rsa.generate_private_key(65537, 2048)
PUBLIC = RSA_KEY.public_key()
PUBLIC_PEM = PUBLIC.public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
).decode()


def private_pem(format: serialization.PrivateFormat) -> str:
    return RSA_KEY.private_bytes(serialization.Encoding.PEM, format, serialization.NoEncryption()).decode()


SECRET = "a secret that is long enough for HS256"
PKCS8 = private_pem(serialization.PrivateFormat.PKCS8)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("require('lodash').groupBy([1.2, 1.7, 2.1], Math.floor)", {"1": [1.2, 1.7], "2": [2.1]}),
        ("require('lodash@4.17.19').get(user, 'user_metadata.theme')", "dark"),
        ("require('url').parse('https://a.example/b?c=1&c=2', true).query", {"c": ["1", "2"]}),
        ("require('url').format({ protocol: 'https', host: 'a.b', query: { c: 1 } })", "https://a.b?c=1"),
        ("new (require('url').URL)('https://a.example/b').pathname", "/b"),
        ("require('querystring').stringify({ a: ['x y', 2] })", "a=x%20y&a=2"),
        ("require('ipaddr.js').parse('10.1.2.3').range()", "private"),
        ("require('moment')('2026-02-03T00:00:00Z').add(1, 'day').toISOString()", "2026-02-04T00:00:00.000Z"),
        ("require('moment-timezone').tz('2026-07-01T12:00:00Z', 'Asia/Tokyo').format('H:mm')", "21:00"),
        ("require('node:buffer').Buffer.from('aGk=', 'base64').toString('utf8')", "hi"),
        ("require('util').format('%s: %d', 'a', 5)", "a: 5"),
    ],
)
def test_packages_do_what_they_do_in_node(expression, value):
    assert evaluate(expression) == value


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("Buffer.from('é').toString('hex')", "c3a9"),
        (
            "new URL('../x?q=ü#h', 'https://exämple.com:443/a/').href",
            "https://xn--exmple-cua.com/x?q=%C3%BC#h",
        ),
        ("new URLSearchParams({ a: 'b c', d: '&' }).toString()", "a=b+c&d=%26"),
        ("Array.from(new TextEncoder().encode('€'))", [0xE2, 0x82, 0xAC]),
        ("new TextDecoder().decode(new Uint8Array([0xe2, 0x82, 0xac]))", "€"),
        ("atob(btoa('hello'))", "hello"),
        # Older rules use these without `require`.
        ("_.pick({ a: 1, b: 2 }, 'a')", {"a": 1}),
        ("jwt.decode(jwt.sign({ a: 1 }, 'secret', { noTimestamp: true }))", {"a": 1}),
        ("crypto.createHash('md5').update('x').digest('hex')", hashlib.md5(b"x").hexdigest()),
        ("typeof request.post", "function"),
        ("typeof require('lodash') + typeof _", "functionfunction"),
    ],
)
def test_globals_do_what_they_do_in_node(expression, value):
    assert evaluate(expression) == value


def test_a_module_that_does_not_exist_names_those_that_do():
    message = failure("require('mongodb@3.1.4');").message

    assert message.startswith(
        "Cannot find module 'mongodb@3.1.4'. There are: @auth0/rule-utilities, auth0, axios,"
    )


def test_a_module_must_be_named_in_the_script():
    message = failure("require('lod' + 'ash');").message

    assert message == "Cannot find module 'lodash'. Its name must be in the script, in quotes."


@pytest.mark.parametrize(
    "name", ["#host", "#seed", "#rsa", "fs", "child_process", "../../secrets", "__proto__", ""]
)
def test_no_other_module_can_be_loaded(name):
    assert failure(f"require({name!r});").message.startswith(f"Cannot find module '{name}'.")


def test_a_script_pays_only_for_the_modules_that_it_names():
    assert find_modules("(user, context) => { const url = user.url || context.request.query; }") == ()
    assert find_modules("require('moment-timezone@0.5.28')") == ("moment", "moment-timezone")
    assert find_modules('require("uuid@3.3.2/v4")') == ("#random", "#sha2", "uuid", "uuid/v4")


def test_a_module_is_evaluated_once():
    assert evaluate("require('lodash') === require('lodash@4')") is True


class TestCrypto:
    @pytest.mark.parametrize("name", ["md5", "sha1", "sha256", "sha384", "sha512"])
    def test_hashes_and_hmac(self, name):
        found = evaluate(
            f"[require('crypto').createHash('{name}').update('jané').update('x').digest('hex'),"
            f" require('crypto').createHmac('{name.upper()}', 'key').update('jané').digest('base64')]"
        )
        assert found[0] == hashlib.new(name, "janéx".encode()).hexdigest()
        assert base64.b64decode(found[1]) == hmac.digest(b"key", "jané".encode(), name)

    def test_keys_from_passwords(self):
        found = evaluate("require('crypto').pbkdf2Sync('pass', 'salt', 100, 16, 'sha256').toString('hex')")

        assert found == hashlib.pbkdf2_hmac("sha256", b"pass", b"salt", 100, 16).hex()

    def test_random_bytes_differ_between_runs_and_calls(self):
        expression = "[0, 1, 2].map(() => require('crypto').randomBytes(70).toString('hex'))"
        found = evaluate(expression) + evaluate(expression)

        assert len(set(found)) == 6
        assert {len(text) for text in found} == {140}

    def test_uuids(self):
        found = evaluate(
            "[require('uuid').v4(), require('uuid/v4')(), crypto.randomUUID(), require('uuid').v1()]"
        )

        assert [uuid.UUID(text).version for text in found] == [4, 4, 4, 1]

    @pytest.mark.parametrize(
        "format", [serialization.PrivateFormat.PKCS8, serialization.PrivateFormat.TraditionalOpenSSL]
    )
    def test_rsa_signatures(self, format):
        body = "require('crypto').createSign('RSA-SHA256').update('hello').sign(configuration.key, 'base64')"
        found = evaluate_with_key(body, private_pem(format))

        PUBLIC.verify(base64.b64decode(found), b"hello", padding.PKCS1v15(), hashes.SHA256())

    @pytest.mark.parametrize(("message", "is_valid"), [("hello", True), ("hullo", False)])
    def test_rsa_signatures_are_verified(self, message, is_valid):
        signature = RSA_KEY.sign(b"hello", padding.PKCS1v15(), hashes.SHA256()).hex()
        verify = f"createVerify('SHA256').update('{message}').verify(configuration.key, '{signature}', 'hex')"

        assert evaluate_with_key(f"require('crypto').{verify}", PUBLIC_PEM) is is_valid

    @pytest.mark.parametrize("bits", [128, 256])
    def test_aes_in_cbc(self, bits):
        key, iv = bytes(range(bits // 8)), bytes(range(16))
        encrypted = evaluate(
            f"(() => {{ const c = crypto.createCipheriv('aes-{bits}-cbc', Buffer.from('{key.hex()}', 'hex'),"
            f" Buffer.from('{iv.hex()}', 'hex'));"
            " return c.update('hello Jané', 'utf8', 'base64') + c.final('base64') })()"
        )
        decryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor()
        padded = decryptor.update(base64.b64decode(encrypted)) + decryptor.finalize()

        assert padded[: -padded[-1]].decode() == "hello Jané"

    def test_aes_in_gcm(self):
        key, iv = bytes(range(32)), bytes(range(12))
        sealed = AESGCM(key).encrypt(iv, b"hello", b"context")
        open_it = f"""
        const [key, iv] = ['{key.hex()}', '{iv.hex()}'].map((text) => Buffer.from(text, 'hex'));
        const d = crypto.createDecipheriv('aes-256-gcm', key, iv);
        d.setAAD(Buffer.from('context'));
        d.setAuthTag(Buffer.from('{sealed[-16:].hex()}', 'hex'));
        callback(null, {{ found: d.update('{sealed[:-16].hex()}', 'hex', 'utf8') + d.final('utf8') }});
        """

        assert run_body(open_it).value["user"]["found"] == "hello"
        assert failure(open_it.replace("'context'", "'other'")).message == "aes-gcm: invalid tag"

    def test_an_unknown_hash_names_those_that_exist(self):
        assert failure("require('crypto').createHash('whirlpool');").message.startswith(
            "Digest method not supported: whirlpool. There are: md5,"
        )


class TestJsonWebToken:
    def test_hs256(self):
        body = "require('jsonwebtoken').sign({ sub: user.user_id }, configuration.key, { expiresIn: '1h' })"
        token = evaluate_with_key(body, SECRET)

        claims = jwt.decode(token, SECRET, ["HS256"])
        assert claims["exp"] - claims["iat"] == 3600

    def test_rs256(self):
        sign = "require('jsonwebtoken').sign({ a: 1 }, configuration.key, { algorithm: 'RS256' })"
        token = evaluate_with_key(sign, PKCS8)

        assert jwt.decode(token, PUBLIC_PEM, ["RS256"])["a"] == 1

    def test_a_token_of_another_key_is_refused(self):
        token = jwt.encode({"a": 1}, rsa.generate_private_key(65537, 2048), "RS256")
        verify = f"require('jsonwebtoken').verify('{token}', configuration.key)"

        with pytest.raises(Exception, match="JsonWebTokenError: invalid signature"):
            evaluate_with_key(verify, PUBLIC_PEM)

    def test_a_public_key_is_no_secret_of_hs256(self):
        forged = "require('jsonwebtoken').verify(require('jsonwebtoken').sign({}, 'x'), configuration.key)"

        with pytest.raises(Exception, match="invalid algorithm"):
            evaluate_with_key(forged, PUBLIC_PEM)

    def test_an_expired_token_is_refused(self):
        body = "require('jsonwebtoken').verify(require('jsonwebtoken').sign({ exp: 1 }, 'x'), 'x')"

        assert failure(body).message == "TokenExpiredError: jwt expired"


def evaluate_with_key(expression, key):
    source = f"function (user, context, callback) {{ callback(null, {{ found: {expression} }}); }}"
    return run_rule(source, configuration={"key": key}).value["user"]["found"]


class TestRuleUtilities:
    SETUP = """
    const { Auth0RedirectRuleUtilities, Auth0UserUpdateUtilities } = require('@auth0/rule-utilities@0.2.0');
    const utilities = new Auth0RedirectRuleUtilities(user, context, configuration);
    """
    CONFIGURATION = {"SESSION_TOKEN_SECRET": SECRET}
    REQUEST = {"ip": "192.0.2.1", "hostname": "desk.example.com", "query": {}}

    def run(self, body, **given):
        return run_body(body, configuration=self.CONFIGURATION, **given)

    def test_a_redirect_carries_a_signed_token(self):
        body = self.SETUP + "utilities.doRedirect('https://ask.example/'); callback(null, user, context);"
        outcome = self.run(body, context={"protocol": "oidc-basic-profile", "request": self.REQUEST})

        url, _, token = outcome.value["context"]["redirect"]["url"].partition("?session_token=")
        claims = jwt.decode(token, SECRET, ["HS256"])
        assert url == "https://ask.example/"
        assert (claims["sub"], claims["iss"], claims["ip"]) == (
            "auth0|jane",
            "https://desk.example.com/",
            "192.0.2.1",
        )

    @pytest.mark.parametrize(
        "more",
        [
            {"protocol": "oauth2-refresh-token"},
            {"protocol": "redirect-callback"},
            {"redirect": {"url": "https://other.example"}},
            {"multifactor": {"provider": "any"}},
            {"request": REQUEST | {"query": {"prompt": "none"}}},
        ],
    )
    def test_no_redirect_where_none_is_possible(self, more):
        context = {"protocol": "oidc-basic-profile", "request": self.REQUEST} | more

        assert failure(
            self.SETUP + "utilities.doRedirect('https://ask.example/');", context=context
        ).message == ("Cannot redirect")

    def test_the_token_that_comes_back_is_verified(self):
        claims = {"sub": "auth0|jane", "iss": "https://desk.example.com/", "exp": 2**31, "answer": "yes"}
        body = self.SETUP + "callback(null, utilities.validateSessionToken());"

        def come_back(**changed):
            query = {"session_token": jwt.encode(claims | changed, SECRET, "HS256")}
            context = {"protocol": "redirect-callback", "request": self.REQUEST | {"query": query}}
            return self.run(body, context=context).value["user"]

        assert come_back()["answer"] == "yes"
        with pytest.raises(Exception, match="jwt subject invalid"):
            come_back(sub="auth0|mallory")

    def test_changes_of_metadata_are_saved(self):
        parent = Parent()
        body = (
            self.SETUP
            + """
        const changes = new Auth0UserUpdateUtilities(user, auth0, 'music');
        changes.setUserMeta('genre', 'jazz');
        changes.updateUserMetadata();
        callback(null, user, context);
        """
        )
        self.run(body, host=parent)

        assert parent.calls == [
            ["users.updateUserMetadata", "auth0|jane", {"theme": "dark", "music": {"genre": "jazz"}}]
        ]


class TestManagementClient:
    def test_it_updates_metadata(self):
        parent = Parent()
        body = """
        const { ManagementClient } = require('auth0@2.34.0');
        const client = new ManagementClient({ token: auth0.accessToken, domain: auth0.domain });
        const changes = { app_metadata: { plan: 'gold' } };
        client.updateUser({ id: user.user_id }, changes).then(() => callback(), callback);
        """
        run_body(body, host=parent)

        assert parent.calls == [["users.updateAppMetadata", "auth0|jane", {"plan": "gold"}]]

    def test_other_methods_say_what_there_is(self):
        body = "new (require('auth0').ManagementClient)({}).deleteUser({ id: 'x' }).catch(callback);"

        assert failure(body).message == (
            "ManagementClient.deleteUser is not available to rules."
            " There are: updateUserMetadata, updateAppMetadata, updateUser."
        )


class TestLoadedAhead:
    """A process loads the modules of the last scripts into the contexts of the next."""

    @pytest.fixture(autouse=True)
    def one_process(self, monkeypatch):
        self.pool = Pool(size=1, wait_seconds=5)
        monkeypatch.setattr(pool_module, "_pool", self.pool)
        yield
        self.pool.close()

    def test_a_context_is_fresh_all_the_same(self):
        for _ in range(4):
            body = """
            const _ = require('lodash');
            const before = _.spoiled || String.spoiled || null;
            _.spoiled = String.spoiled = true;
            callback(null, { before, random: require('uuid').v4() });
            """
            value = run_body(body).value["user"]
            assert value["before"] is None
            # As a pause between two sign-ins: contexts are made meanwhile.
            time.sleep(0.05)

    def test_random_bytes_differ_all_the_same(self):
        found = set()
        for _ in range(8):
            found.add(evaluate("require('uuid').v4()"))
            time.sleep(0.03)

        assert len(found) == 8

    def test_another_script_gets_no_module_that_it_does_not_name(self):
        for _ in range(6):
            evaluate("typeof require('lodash')")
        time.sleep(0.05)

        assert evaluate("typeof _ + typeof Buffer") == "functionfunction"
        assert "must be in the script" in failure("require('lo' + 'dash');").message

    def test_a_script_cannot_choose_what_is_loaded(self):
        forged = "Array.prototype.filter = () => ({ join: () => 'axios moment x '.repeat(1e6) });"
        run_body(f"require('lodash'); {forged} callback(null);")
        time.sleep(0.05)

        assert evaluate("require('lodash').VERSION")

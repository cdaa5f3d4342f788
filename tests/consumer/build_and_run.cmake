# SPDX-License-Identifier: MIT
# Configures, builds and tests PROJECT in a clean BUILD folder, as a user would.
file(REMOVE_RECURSE ${BUILD})

function(run what)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    message("${output}")
    message(FATAL_ERROR "${NAME}: cannot ${what}")
  endif()
endfunction()

# A user has none of what Berth uses inside itself.
set(nothing_else)
if(WAY STREQUAL package)
  set(not_had nlohmann_json CLI11 spdlog fmt GTest benchmark Boost)
  if(KIT)
    list(REMOVE_ITEM not_had GTest)
  endif()
  foreach(package IN LISTS not_had)
    list(APPEND nothing_else -DCMAKE_DISABLE_FIND_PACKAGE_${package}=ON)
  endforeach()
endif()

run(configure ${CMAKE_COMMAND} -S ${PROJECT} -B ${BUILD} -G ${GENERATOR} -DCMAKE_C_COMPILER=${CC}
    -DCMAKE_CXX_COMPILER=${CXX} -DBERTH_CCACHE=${CCACHE} -DBERTH_UNITY=ON -DCMAKE_PREFIX_PATH=${PREFIX}
    -DBERTH_SOURCE=${BERTH_SOURCE} -DWAY=${WAY} -DWINSOCK=${WINSOCK} -DWMAIN=${WMAIN} -DKIT=${KIT} ${nothing_else})
if(NOT CONFIGURE_ONLY)
  run(build ${CMAKE_COMMAND} --build ${BUILD} --parallel 2)
  run(test ${CMAKE_CTEST_COMMAND} --test-dir ${BUILD} --output-on-failure --no-tests=error)
endif()
